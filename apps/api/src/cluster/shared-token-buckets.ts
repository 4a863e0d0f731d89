import { withTimeout } from '../lib/time.ts'
import { type Bucket, MemoryTokenBuckets, type TokenBuckets } from '../lib/token-buckets.ts'
import { CallQueue } from './call-queue.ts'

/** A token that is asked for; or that the bucket be empty for so long. */
export type Take = [key: string, bucket: Bucket, emptyMs?: number]

/** Where the buckets are: resolves with the milliseconds to wait for each token, in the same order; 0 where it was taken. */
export type AskBuckets = (takes: readonly Take[]) => Promise<number[]>

/** Milliseconds that they have to answer. No vote should wait longer for the sake of a limit. */
const TIMEOUT_MS = 500

/** Milliseconds after which those that did not answer are asked again. */
const RETRY_MS = 1000

/**
 * Buckets that several processes share: in the primary of a pool, or in Redis. What arrives together is asked together.
 * While there is no answer, the process has buckets of its own, and asks once a second: no request waits for that, and an
 * answer shows that they are back.
 */
export class SharedTokenBuckets implements TokenBuckets {
  readonly #askBuckets: AskBuckets
  readonly #timeoutMs: number
  readonly #now: () => number
  readonly #local = new MemoryTokenBuckets()
  readonly #queue: CallQueue<Take, number>
  #lastAsked = 0
  #isOverdue = false

  /** @param now milliseconds on a monotonic clock */
  constructor(ask: AskBuckets, timeoutMs = TIMEOUT_MS, now = () => performance.now()) {
    this.#askBuckets = ask
    this.#timeoutMs = timeoutMs
    this.#now = now
    this.#queue = new CallQueue((takes) => this.#send(takes))
  }

  take(key: string, bucket: Bucket): number | Promise<number> {
    if (!this.#isOverdue) return this.#queue.add([key, bucket]).catch(() => this.#local.take(key, bucket))
    if (this.#now() - this.#lastAsked >= RETRY_MS) this.#ask([[key, bucket]]).catch(() => {})
    return this.#local.take(key, bucket)
  }

  empty(key: string, bucket: Bucket, milliseconds: number): number | Promise<number> {
    const empty = () => this.#local.empty(key, bucket, milliseconds)
    return this.#isOverdue ? empty() : this.#queue.add([key, bucket, milliseconds]).catch(empty)
  }

  async #send(takes: Take[]): Promise<PromiseFulfilledResult<number>[]> {
    // These were added while there was no answer to the batch before.
    if (this.#isOverdue) throw new Error('there is no answer')
    try {
      const waits = await withTimeout(this.#timeoutMs, this.#ask(takes))
      return takes.map((_, index) => ({ status: 'fulfilled', value: waits[index] ?? 0 }))
    } catch (error) {
      this.#isOverdue = true
      throw error
    }
  }

  async #ask(takes: readonly Take[]): Promise<number[]> {
    this.#lastAsked = this.#now()
    const waits = await this.#askBuckets(takes)
    this.#isOverdue = false
    return waits
  }
}
