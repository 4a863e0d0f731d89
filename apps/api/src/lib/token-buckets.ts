/** What a bucket holds when it is full, and how many tokens it gets back a minute. */
export interface Bucket {
  readonly burst: number
  readonly perMinute: number
}

/** One bucket of tokens for each key: a request takes one, and is refused where there is none. */
export interface TokenBuckets {
  /** Takes a token. Returns 0, or where there is none the milliseconds until there is one. */
  take(key: string, bucket: Bucket): number | Promise<number>
  /** Has the bucket be empty for so long; full with 0. */
  empty(key: string, bucket: Bucket, milliseconds: number): number | Promise<number>
}

const MINUTE_MS = 60_000

/** Milliseconds that a full bucket may be early by: sums of fractions are not exact. */
const TOLERANCE_MS = 0.5

/**
 * Buckets in memory. Of each it keeps one number, the time at which it is full again (GCRA, ITU-T I.371); one that is full
 * is not kept: what a key tells, such as an address, is forgotten a minute later at most, also while nobody comes.
 */
export class MemoryTokenBuckets implements TokenBuckets {
  readonly #fullAt = new Map<string, number>()
  readonly #now: () => number
  #isSweepDue = false

  /** @param now milliseconds on a monotonic clock, which no setting of the system's clock moves */
  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** Number of keys in memory. */
  get size(): number {
    return this.#fullAt.size
  }

  take(key: string, { burst, perMinute }: Bucket): number {
    const now = this.#now()
    const interval = MINUTE_MS / perMinute
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + interval
    const wait = fullAt - now - burst * interval
    if (wait > TOLERANCE_MS) return Math.ceil(wait - TOLERANCE_MS)
    this.#keep(key, fullAt)
    return 0
  }

  /** Returns 0, as where a token was taken. */
  empty(key: string, { burst, perMinute }: Bucket, milliseconds: number): number {
    if (milliseconds === 0) this.#fullAt.delete(key)
    else this.#keep(key, this.#now() + milliseconds + (burst * MINUTE_MS) / perMinute)
    return 0
  }

  #keep(key: string, fullAt: number): void {
    this.#fullAt.set(key, fullAt)
    this.#sweepLater()
  }

  #sweepLater(): void {
    if (this.#isSweepDue || this.#fullAt.size === 0) return
    this.#isSweepDue = true
    setTimeout(() => {
      this.#isSweepDue = false
      const now = this.#now()
      for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key)
      this.#sweepLater()
    }, MINUTE_MS).unref()
  }
}
