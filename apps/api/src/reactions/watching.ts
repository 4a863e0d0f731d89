import type { StreamEvent, WatchingData } from '@pollcast/shared/stream'
import type { Change, CurrentMessage, Message } from '../live/message.ts'
import type { PubSub } from '../live/pubsub.ts'
import { watchingSubject } from '../polls/topics.ts'
import { type Streams, Watchers } from './watchers.ts'

/** Milliseconds between two looks at how many watch: often enough for a person, and seldom enough to cost nothing. */
const LOOK_MS = 1000

/** What was told of a room that nobody saw at the last look. */
const UNSEEN = -1

/** Tells hosts and big screens how many watch their rooms. */
export class Watching {
  readonly #streams: Streams
  readonly #watchers: Watchers
  /** Rooms whose number somebody sees, with the one that was sent last. */
  readonly #rooms = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #revision = 0

  constructor(streams: Streams, broker: { publish(change: Change): void }, pubsub: PubSub | undefined) {
    this.#streams = streams
    this.#watchers = new Watchers(streams, pubsub)
    this.#timer = setInterval(() => this.#look(broker), LOOK_MS).unref()
  }

  /** Undefined where it is not known. */
  count(roomCode: string): number | undefined {
    return this.#watchers.count(roomCode)
  }

  /** For the topic's first stream. */
  read(topic: string, roomCode: string): CurrentMessage {
    this.#watchers.ask(roomCode)
    const watching = this.count(roomCode) ?? 0
    if (!this.#rooms.has(roomCode)) this.#rooms.set(roomCode, watching)
    return { message: this.#message(topic, roomCode, watching), subjectRevision: this.#revision }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#watchers.stop()
  }

  #look(broker: { publish(change: Change): void }): void {
    this.#watchers.tell()
    for (const [roomCode, told] of this.#rooms) {
      const subject = watchingSubject(roomCode)
      const watching = this.count(roomCode) ?? 0
      if (this.#streams.watching(subject) === 0) this.#unseen(roomCode)
      else if (watching !== told) {
        this.#rooms.set(roomCode, watching)
        this.#revision += 1
        const messageOf = (topic: string) => this.#message(topic, roomCode, watching)
        broker.publish({ subject, revision: this.#revision, messageOf })
      }
    }
  }

  /** Between the read of a topic and its first stream nobody sees it either: only at the second look is the room let go. */
  #unseen(roomCode: string): void {
    if (this.#rooms.get(roomCode) !== UNSEEN) return void this.#rooms.set(roomCode, UNSEEN)
    this.#rooms.delete(roomCode)
    this.#watchers.askNoMore(roomCode)
  }

  #message(topic: string, roomCode: string, watching: number): Message {
    const data: WatchingData = { roomCode, watching }
    const json = JSON.stringify(data)
    // Without an id, so that what the client has seen of the room stays the last that it has.
    return { topic, revision: this.#revision, event: 'watching' satisfies StreamEvent, json, accompanies: true }
  }
}
