import { serverClock } from './server-clock.ts'

/** Of so many updates the median is told: one that met a pause says little. */
const UPDATES = 9

/** How long what changes takes to the screen: from when the server sent it to when it was painted, by the server's clock. */
export class Freshness {
  readonly #milliseconds: number[] = []

  /** Notes an update that has just been painted. @param now the server's clock when it was sent (ISO 8601) */
  note(now: string): void {
    const milliseconds = serverClock.now() - Date.parse(now)
    if (!serverClock.isKnown || !Number.isFinite(milliseconds)) return
    this.#milliseconds.push(Math.max(0, Math.round(milliseconds)))
    if (this.#milliseconds.length > UPDATES) this.#milliseconds.shift()
  }

  /** Milliseconds; undefined before the first update, and as long as it is not known how far the clocks are apart. */
  get median(): number | undefined {
    const sorted = [...this.#milliseconds].sort((one, other) => one - other)
    return sorted[Math.floor(sorted.length / 2)]
  }
}
