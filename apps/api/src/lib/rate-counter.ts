const WINDOW_MS = 60_000

/** Counts requests by key, for limits per minute. */
export interface RateCounter {
  /** Counts one request. Returns 0 if it is within the limit, else the milliseconds until the next one is allowed. */
  charge(key: string, perMinute: number): number | Promise<number>
}

/** Counts in memory, in windows of one minute, each of which begins with the key's first request. */
export class MemoryRateCounter implements RateCounter {
  /** In the order of their ends. */
  readonly #windows = new Map<string, { count: number; end: number }>()
  readonly #now: () => number

  /** @param now milliseconds on a monotonic clock */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** Number of keys in memory. */
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
