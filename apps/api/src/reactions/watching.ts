import type { EndData, StreamEvent, WatchingData } from '@pollcast/shared/stream'
import type { Change, CurrentMessage, Message } from '../live/message.ts'
import type { RoomChanged, Signal } from '../polls/events.ts'
import { parseTopic, roomSubject, watchingSubject } from '../polls/topics.ts'

/** Milliseconds between two looks at how many watch: often enough for a person, and seldom enough to cost nothing. */
const LOOK_MS = 1000

const event = { watching: 'watching', end: 'end' } satisfies Record<string, StreamEvent>

/** What this needs of the streams of the process. */
interface Streams {
  /** Streams that are open on any topic of the subject. */
  watching(subject: string): number
}

/**
 * Tells hosts and big screens how many streams are open on their rooms. It knows those of this process, and is used where
 * there is no other.
 */
export class Watching {
  readonly #streams: Streams
  /** Rooms whose number somebody sees, with the one that was sent last. */
  readonly #rooms = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #revision = 0

  constructor(streams: Streams, broker: { publish(change: Change): void }, roomChanged: Signal<RoomChanged>) {
    this.#streams = streams
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
          : this.#message(topic, room.code, this.count(room.code))
      })
    })
  }

  count(roomCode: string): number {
    return this.#streams.watching(roomSubject(roomCode))
  }

  /** For the topic's first stream. */
  read(topic: string, roomCode: string): CurrentMessage {
    const watching = this.count(roomCode)
    this.#rooms.set(roomCode, watching)
    return { message: this.#message(topic, roomCode, watching), subjectRevision: this.#revision }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(broker: { publish(change: Change): void }): void {
    for (const [roomCode, told] of this.#rooms) {
      const subject = watchingSubject(roomCode)
      const watching = this.count(roomCode)
      if (this.#streams.watching(subject) === 0) this.#rooms.delete(roomCode)
      else if (watching !== told) {
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
