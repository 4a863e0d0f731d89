const WINDOW_MS = 60_000

/** Counts requests by key, so many a minute. */
export interface RateCounter {
  /** Counts one more; answers how many milliseconds to wait where it is one too many, else 0. */
  charge(key: string, perMinute: number): number | Promise<number>
}

/** Counts in this process's memory, in a window of a minute that begins with a key's first request. */
export class MemoryRateCounter implements RateCounter {
  /** In the order in which they end. */
  readonly #windows = new Map<string, { count: number; end: number }>()
  readonly #now: () => number

  /** @param now milliseconds on a clock that nobody sets back */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#windows.size
  }

  charge(key: string, perMinute: number): number {
    const now = this.#now()
    this.#dropEnded(now)
    const window = this.#windows.get(key)
    if (!window) {
      this.#windows.set(key, { count: 1, end: now + WINDOW_MS })
      return 0
    }
    window.count += 1
    return window.count > perMinute ? window.end - now : 0
  }

  #dropEnded(now: number): void {
    for (const [key, { end }] of this.#windows) {
      if (end > now) return
      this.#windows.delete(key)
    }
  }
}
