import { randomBytes } from 'node:crypto'
import type { PubSub } from '../live/pubsub.ts'
import { codeOfRoomSubject, roomSubject, watchersSubject } from '../polls/topics.ts'

/** Milliseconds after which a process tells its numbers again, for those that have begun to ask. */
const AGAIN_MS = 5000

/** Milliseconds after which what a process told is forgotten: it tells no more, and its streams are gone. */
const STALE_MS = 3 * AGAIN_MS

/** What this needs of the streams of the process. */
export interface Streams {
  readonly subjects: Iterable<string>
  /** Streams that are open on any topic of the subject. */
  watching(subject: string): number
}

interface Told {
  count: number
  at: number
}

/**
 * How many watch a room, by streams or long polls, in this process and in others. Each process tells its own number when it has changed,
 * and every few seconds again; who wants to know a room's sum listens to what is told of it.
 */
export class Watchers {
  readonly #streams: Streams
  readonly #pubsub: PubSub | undefined
  /** Under which others know this process: of an earlier run of it they know nothing. */
  readonly #process = randomBytes(8).toString('hex')
  /** What this process has told, by room. */
  readonly #told = new Map<string, Told>()
  /** What others have told of the rooms that somebody asks for, by room and process. */
  readonly #others = new Map<string, Map<string, Told>>()
  #revision = 0

  constructor(streams: Streams, pubsub: PubSub | undefined) {
    this.#streams = streams
    this.#pubsub = pubsub
    pubsub?.listen({
      onMessage: ({ subject, counted }) => {
        if (!counted || counted.process === this.#process) return
        this.#others.get(subject)?.set(counted.process, { count: counted.count, at: performance.now() })
      },
      onGap: () => {},
    })
  }

  /** Undefined where there are other processes, and nobody has asked for the room here: what they have is not known. */
  count(roomCode: string): number | undefined {
    const own = this.#streams.watching(roomSubject(roomCode))
    if (!this.#pubsub) return own
    const others = this.#others.get(watchersSubject(roomCode))
    if (!others) return undefined
    let sum = own
    for (const [process, { count, at }] of others) {
      if (performance.now() - at > STALE_MS) others.delete(process)
      else sum += count
    }
    return sum
  }

  /** From now on others' numbers of the room are known, as soon as they have told them. */
  ask(roomCode: string): void {
    const subject = watchersSubject(roomCode)
    if (!this.#pubsub || this.#others.has(subject)) return
    this.#others.set(subject, new Map())
    this.#pubsub.subscribe(subject)
  }

  askNoMore(roomCode: string): void {
    const subject = watchersSubject(roomCode)
    if (this.#others.delete(subject)) this.#pubsub?.unsubscribe(subject)
  }

  /** Tells others what has changed in this process, and what they may not have heard. To be called often. */
  tell(): void {
    if (!this.#pubsub) return
    const rooms = new Set(this.#told.keys())
    for (const subject of this.#streams.subjects) {
      const code = codeOfRoomSubject(subject)
      if (code !== undefined) rooms.add(code)
    }
    for (const code of rooms) {
      const told = this.#told.get(code)
      const count = this.#streams.watching(roomSubject(code))
      if (!told && count === 0) continue
      if (told?.count === count && performance.now() - told.at < AGAIN_MS) continue
      this.#publish(this.#pubsub, code, count)
    }
  }

  /** Tells others that nobody watches here any more. */
  stop(): void {
    if (this.#pubsub) for (const code of this.#told.keys()) this.#publish(this.#pubsub, code, 0)
  }

  #publish(pubsub: PubSub, code: string, count: number): void {
    this.#revision += 1
    pubsub.publish({
      subject: watchersSubject(code),
      revision: this.#revision,
      counted: { process: this.#process, count },
    })
    if (count === 0) this.#told.delete(code)
    else this.#told.set(code, { count, at: performance.now() })
  }
}
