import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import type { StreamEvent } from '@pollcast/shared/stream'
import { EventSource } from 'eventsource'
import { expect, onTestFinished } from 'vitest'
import { until } from './until.ts'

export interface Seen {
  event: StreamEvent
  snapshot: Snapshot
}

/** Someone who watches a stream with an SSE client that isn't ours. */
export class Watcher {
  readonly #source: EventSource
  readonly #seen: Seen[] = []
  /** Why there will be no more events. */
  #over: string | undefined

  constructor(url: string) {
    this.#source = new EventSource(url)
    for (const event of ['snapshot', 'update'] as const) {
      this.#source.addEventListener(event, ({ data, lastEventId }) => {
        // How long it took is another one each time.
        const { age: _, ...snapshot } = snapshotSchema.parse(JSON.parse(data))
        expect(lastEventId).toContain(`.${snapshot.pollId}.${snapshot.view}.${snapshot.revision}.`)
        this.#seen.push({ event, snapshot })
      })
    }
    this.#source.addEventListener('error', ({ code }) => {
      if (code) this.#over = `refused with ${code}`
    })
    onTestFinished(() => this.leave())
  }

  /** The next event that it has not been asked for yet. */
  next(): Promise<Seen> {
    return until(() => {
      const seen = this.#seen.shift()
      if (!seen && this.#over) throw new Error(this.#over)
      return seen
    })
  }

  leave(): void {
    this.#over ??= 'left'
    this.#source.close()
  }
}
