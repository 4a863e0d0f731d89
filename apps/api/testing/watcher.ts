import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import type { StreamEvent } from '@pollcast/shared/stream'
import { EventSource } from 'eventsource'
import { expect, onTestFinished } from 'vitest'

export interface Seen {
  event: StreamEvent
  snapshot: Snapshot
}

/** Someone who watches a stream with an SSE client that isn't ours. */
export class Watcher {
  readonly #source: EventSource
  readonly #seen: Seen[] = []
  readonly #refused: Promise<never>
  #look = () => {}

  constructor(url: string) {
    this.#source = new EventSource(url)
    for (const event of ['snapshot', 'update'] as const) {
      this.#source.addEventListener(event, ({ data, lastEventId }) => {
        const snapshot = snapshotSchema.parse(JSON.parse(data))
        expect(lastEventId).toBe(String(snapshot.revision))
        this.#seen.push({ event, snapshot })
        this.#look()
      })
    }
    this.#refused = new Promise((_, reject) => {
      this.#source.addEventListener('error', ({ code }) => code && reject(new Error(`refused with ${code}`)))
    })
    this.#refused.catch(() => {})
    onTestFinished(() => this.leave())
  }

  /** The next event that it has not been asked for yet. */
  next(): Promise<Seen> {
    const came = new Promise<Seen>((resolve) => {
      this.#look = () => {
        const seen = this.#seen.shift()
        if (!seen) return
        this.#look = () => {}
        resolve(seen)
      }
      this.#look()
    })
    return Promise.race([came, this.#refused])
  }

  leave(): void {
    this.#source.close()
  }
}
