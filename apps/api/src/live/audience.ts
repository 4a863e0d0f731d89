import { Frame } from './frame.ts'
import type { Heartbeat } from './heartbeat.ts'
import { inSlices } from './in-slices.ts'
import type { Member } from './member.ts'
import type { Message } from './message.ts'
import type { Topic } from './topic.ts'

/**
 * If newer messages came in while one was being written to all streams, the next write waits for this many times as long.
 * So writing takes at most a third of the process and votes get the rest, at any rate of votes.
 */
const PAUSE_FACTOR = 2

/**
 * Is told of each change that was written to all streams of a topic.
 *
 * @param times by `performance.now()`: when it came, and when it was first and last written
 */
export type OnWritten = (came: number, first: number, last: number) => void

/** All streams open on one topic: for each new message, one Buffer is written to all of them. */
export class Audience {
  /** Resolves when the topic has been read. Rejects if it can't be. */
  readonly ready: Promise<void>
  readonly heartbeat: Heartbeat
  readonly #topic: Topic
  readonly #members = new Set<Member>()
  readonly #onWritten: OnWritten | undefined
  #frame: Frame | undefined

  /** It lives as long as the topic is retained. */
  constructor(topic: Topic, heartbeat: Heartbeat, onWritten?: OnWritten) {
    this.#onWritten = onWritten
    this.heartbeat = heartbeat
    this.#topic = topic
    this.ready = topic.open().then(() => void this.#follow())
  }

  /** The newest message as a frame. There is one when the audience is `ready`. */
  get frame(): Frame {
    const newest = this.#topic.newest as Message
    if (this.#frame?.message !== newest) this.#frame = new Frame(newest, this.#topic.newsAt)
    return this.#frame
  }

  /** Name of the topic. */
  get topic(): string {
    return this.#topic.name
  }

  /** Number of streams. */
  get size(): number {
    return this.#members.size
  }

  has(member: Member): boolean {
    return this.#members.has(member)
  }

  /** Adds a stream, without writing to it yet. It takes over one retain of the topic. */
  add(member: Member): void {
    this.#members.add(member)
  }

  delete(member: Member): void {
    if (this.#members.delete(member)) this.#topic.release()
  }

  async #follow(): Promise<void> {
    let swept = -1
    for (let message = await this.#topic.next(swept); message; message = await this.#topic.next(swept)) {
      // The first message is no change: it was there before the streams.
      const isChange = swept >= 0
      swept = message.revision
      const start = performance.now()
      const { newsAt } = this.frame
      this.#topic.takeNews()
      await inSlices(this.#members, (member) => member.deliver())
      if (isChange && newsAt !== undefined) this.#onWritten?.(newsAt, start, performance.now())
      if (message.last) return
      if (this.frame.revision > swept) await pause((performance.now() - start) * PAUSE_FACTOR)
    }
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
