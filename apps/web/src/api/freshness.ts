import { type ServerClock, serverClock } from './server-clock.ts'

/** Of so many updates the median is told: one that met a pause says little. */
const UPDATES = 9

/** How long what changes takes to the screen: from its commit to when it was painted, by the server's clock. */
export class Freshness {
  readonly #milliseconds: number[] = []
  readonly #clock: ServerClock

  constructor(clock: ServerClock = serverClock) {
    this.#clock = clock
  }

  /**
   * Notes an update that has just been painted.
   *
   * @param now the server's clock when it was sent (ISO 8601)
   * @param age milliseconds from its commit to then
   * @returns milliseconds from its commit until now; undefined as long as it is not known how far the clocks are apart
   */
  note(now: string, age: number): number | undefined {
    const milliseconds = Math.max(age, Math.round(this.#clock.now() - Date.parse(now) + age))
    if (!this.#clock.isKnown || !Number.isFinite(milliseconds)) return undefined
    this.#milliseconds.push(milliseconds)
    if (this.#milliseconds.length > UPDATES) this.#milliseconds.shift()
    return milliseconds
  }

  /** Milliseconds; undefined before the first update, and as long as it is not known how far the clocks are apart. */
  get median(): number | undefined {
    const sorted = [...this.#milliseconds].sort((one, other) => one - other)
    return sorted[Math.floor(sorted.length / 2)]
  }
}
