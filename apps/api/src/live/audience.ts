import { Frame } from './frame.ts'
import type { Heartbeat } from './heartbeat.ts'
import { inSlices } from './in-slices.ts'
import type { Message } from './message.ts'
import type { Seat, Stream } from './stream.ts'
import type { Topic } from './topic.ts'

/**
 * After a sweep during which newer messages came in, rest this many times as long as the sweep took. So delivering
 * takes at most a third of the process, votes the rest, and charts are as fresh as that allows at any rate of votes.
 */
const REST = 2

/** All streams open on one topic: for each new message, one Buffer is written to all of them. */
export class Audience {
  /** Settles when the topic has been read: rejects where it can't be. */
  readonly ready: Promise<void>
  readonly heartbeat: Heartbeat
  readonly #topic: Topic
  readonly #seats = new Set<Seat>()
  #frame: Frame | undefined

  /** Lives as long as the topic is retained. */
  constructor(topic: Topic, heartbeat: Heartbeat) {
    this.heartbeat = heartbeat
    this.#topic = topic
    this.ready = topic.open().then(() => void this.#follow())
  }

  /** The newest message's bytes. Only once it is ready. */
  get frame(): Frame {
    const newest = this.#topic.newest as Message
    if (this.#frame?.message !== newest) this.#frame = new Frame(newest)
    return this.#frame
  }

  /** A place for a stream; nothing is delivered yet. It takes over one retain of the topic. */
  seat(stream: Stream): Seat {
    const seat = new AudienceSeat(this, stream)
    this.#seats.add(seat)
    return seat
  }

  free(seat: Seat): void {
    if (this.#seats.delete(seat)) this.#topic.release()
  }

  async #follow(): Promise<void> {
    let swept = -1
    for (let message = await this.#topic.next(swept); message; message = await this.#topic.next(swept)) {
      swept = message.revision
      const start = performance.now()
      await inSlices(this.#seats, (seat) => seat.deliver())
      if (message.last) return
      if (this.frame.revision > swept) await rest((performance.now() - start) * REST)
    }
  }
}

const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A stream's place in an audience: what it has been shown. */
class AudienceSeat implements Seat {
  readonly #audience: Audience
  readonly #stream: Stream
  #revision = -1

  constructor(audience: Audience, stream: Stream) {
    this.#audience = audience
    this.#stream = stream
  }

  deliver(): void {
    const { frame } = this.#audience
    if (frame.revision <= this.#revision) return
    if (this.#stream.blocked) return this.#stream.whenFree(this)
    const bytes = frame.bytesAfter(this.#revision)
    this.#revision = frame.revision
    this.#stream.write(bytes, this.#audience.heartbeat.tick)
    if (frame.message.last) this.#stream.leave(this)
  }

  free(): void {
    this.#audience.free(this)
  }
}
