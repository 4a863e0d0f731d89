import { setTimeout as pause } from 'node:timers/promises'

/** Seconds of a lag that are made up for: a machine that stood still is not flooded afterwards. */
const MADE_UP = 2

/** So many turns a second, for all that ask. */
export class Pace {
  readonly #intervalMs: number
  #next = performance.now()

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond
  }

  /** Resolves when it is one's turn. */
  async turn(): Promise<void> {
    const now = performance.now()
    this.#next = Math.max(this.#next + this.#intervalMs, now - MADE_UP * 1000)
    if (this.#next > now) await pause(this.#next - now)
  }
}
