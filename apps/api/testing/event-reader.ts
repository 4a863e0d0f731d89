import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { type RoomEvent, roomEventSchema } from '@pollcast/shared/room'
import type { EndData } from '@pollcast/shared/stream'
import { createParser } from 'eventsource-parser'
import { expect, onTestFinished } from 'vitest'
import { until } from './until.ts'

export interface ReadEvent {
  event: string
  id: string
  data: Snapshot & RoomEvent & EndData
}

/** A stream that is read by fetch, as pages do with a host's key. What comes must be of the event's schema. */
export class EventReader {
  /** All that have come. */
  readonly events: ReadEvent[] = []
  /** How many watch, as hosts and big screens are told. */
  readonly watching: number[] = []
  /** All bytes that have come. */
  text = ''
  /** Whether the server has ended the stream. */
  ended = false
  #asked = 0
  readonly #abort = new AbortController()

  private constructor() {}

  /** Resolves when the stream is open. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = new EventReader()
    onTestFinished(() => reader.close())
    const response = await fetch(url, { headers, signal: reader.#abort.signal })
    expect(response.status).toBe(200)
    void reader.#read(response).catch(() => {})
    return reader
  }

  /** The next event that was not asked for yet. */
  next(): Promise<ReadEvent> {
    return until(() => {
      const event = this.events[this.#asked]
      if (event) this.#asked += 1
      return event
    })
  }

  /** The next event like that; those before it count as asked for. */
  async nextLike(matches: (event: ReadEvent) => boolean): Promise<ReadEvent> {
    for (;;) {
      const event = await this.next()
      if (matches(event)) return event
    }
  }

  /** How many have come that were not asked for. */
  get unread(): number {
    return this.events.length - this.#asked
  }

  close(): void {
    this.#abort.abort()
  }

  async #read(response: Response): Promise<void> {
    const parser = createParser({
      onEvent: ({ event = '', id = '', data }) => {
        const body = JSON.parse(data)
        if (event === 'watching') {
          this.watching.push(body.watching)
          return
        }
        if (event === 'room') roomEventSchema.parse(body)
        else if (event !== 'end' && event !== 'current') snapshotSchema.parse(body)
        this.events.push({ event, id, data: body })
      },
    })
    for await (const chunk of response.body ?? []) {
      const text = Buffer.from(chunk).toString()
      this.text += text
      parser.feed(text)
    }
    this.ended = true
  }
}
