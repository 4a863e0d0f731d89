import type { EndData, StreamEvent, WatchingData } from '@pollcast/shared/stream'
import type { Change, CurrentMessage, Message } from '../live/message.ts'
import type { PubSub } from '../live/pubsub.ts'
import type { RoomChanged, Signal } from '../polls/events.ts'
import { parseTopic, watchingSubject } from '../polls/topics.ts'
import { type Streams, Watchers } from './watchers.ts'

/** Milliseconds between two looks at how many watch: often enough for a person, and seldom enough to cost nothing. */
const LOOK_MS = 1000

const event = { watching: 'watching', end: 'end' } satisfies Record<string, StreamEvent>

/** Tells hosts and big screens how many streams are open on their rooms. */
export class Watching {
  readonly #streams: Streams
  readonly #watchers: Watchers
  /** Rooms whose number somebody sees, with the one that was sent last. */
  readonly #rooms = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #revision = 0

  constructor(
    streams: Streams,
    broker: { publish(change: Change): void },
    roomChanged: Signal<RoomChanged>,
    pubsub: PubSub | undefined,
  ) {
    this.#streams = streams
    this.#watchers = new Watchers(streams, pubsub)
    this.#timer = setInterval(() => this.#look(broker), LOOK_MS).unref()
    // With its last topic, a stream ends.
    roomChanged.listen(({ type, room }) => {
      if (type !== 'deleted' && type !== 'key-replaced') return
      const reason = type === 'deleted' ? 'deleted' : 'unauthorized'
      this.#publish(broker, room.code, (topic) => {
        // Screens go on: they show what all see.
        const isOver = type === 'deleted' || parseTopic(topic).view === 'host'
        return isOver
          ? this.#end(topic, { reason, roomCode: room.code })
          : this.#message(topic, room.code, this.count(room.code) ?? 0)
      })
    })
  }

  /** Undefined where it is not known. */
  count(roomCode: string): number | undefined {
    return this.#watchers.count(roomCode)
  }

  /** For the topic's first stream. */
  read(topic: string, roomCode: string): CurrentMessage {
    this.#watchers.ask(roomCode)
    const watching = this.count(roomCode) ?? 0
    this.#rooms.set(roomCode, watching)
    return { message: this.#message(topic, roomCode, watching), subjectRevision: this.#revision }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#watchers.stop()
  }

  #look(broker: { publish(change: Change): void }): void {
    this.#watchers.tell()
    for (const [roomCode, told] of this.#rooms) {
      const watching = this.count(roomCode) ?? 0
      if (this.#streams.watching(watchingSubject(roomCode)) === 0) {
        this.#rooms.delete(roomCode)
        this.#watchers.askNoMore(roomCode)
      } else if (watching !== told) {
        this.#rooms.set(roomCode, watching)
        this.#publish(broker, roomCode, (topic) => this.#message(topic, roomCode, watching))
      }
    }
  }

  #publish(broker: { publish(change: Change): void }, roomCode: string, messageOf: Change['messageOf']): void {
    this.#revision += 1
    broker.publish({ subject: watchingSubject(roomCode), revision: this.#revision, messageOf })
  }

  #end(topic: string, data: EndData): Message {
    return { topic, revision: this.#revision, event: event.end, json: JSON.stringify(data), last: true }
  }

  #message(topic: string, roomCode: string, watching: number): Message {
    const data: WatchingData = { roomCode, watching }
    // Without an id, so that what the client has seen of the room stays the last that it has.
    return { topic, revision: this.#revision, event: event.watching, json: JSON.stringify(data) }
  }
}
