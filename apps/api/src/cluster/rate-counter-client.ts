import { MemoryRateCounter, type RateCounter } from '../lib/rate-counter.ts'
import { withTimeout } from '../lib/time.ts'
import { CallQueue } from './call-queue.ts'
import { type Channel, listen, post } from './ipc.ts'
import type { Charge, Charges, Waits } from './rate-counter-server.ts'

/** Milliseconds that the primary has to answer. No vote should wait longer for the sake of a limit. */
const TIMEOUT_MS = 500

/** Milliseconds after which a primary that did not answer is asked again. */
const RETRY_MS = 1000

/**
 * A worker's access to the counter in its pool's primary (rate-counter-server.ts). While the primary does not answer, the
 * worker counts by itself, and sends one charge a second to the primary: no request waits for it, and its answer shows
 * that the primary is back.
 */
export class RateCounterClient implements RateCounter {
  readonly #channel: Channel
  readonly #timeoutMs: number
  readonly #now: () => number
  readonly #local = new MemoryRateCounter()
  readonly #queue: CallQueue<Charge, number>
  #lastId = 0
  #lastSent = 0
  #isOverdue = false
  #onWaits: (waits: number[]) => void = () => {}

  /** @param now milliseconds on a monotonic clock */
  constructor(channel: Channel, timeoutMs = TIMEOUT_MS, now = () => performance.now()) {
    this.#channel = channel
    this.#timeoutMs = timeoutMs
    this.#now = now
    this.#queue = new CallQueue((charges) => this.#send(charges))
    listen<Waits>(channel, 'rate-limits', ({ id, waits }) => {
      if (id !== this.#lastId) return
      this.#isOverdue = false
      this.#onWaits(waits)
    })
  }

  charge(key: string, perMinute: number): number | Promise<number> {
    if (!this.#isOverdue) {
      return this.#queue.add([key, perMinute]).catch(() => this.#local.charge(key, perMinute))
    }
    if (this.#now() - this.#lastSent >= RETRY_MS) this.#ask([[key, perMinute]]).catch(() => {})
    return this.#local.charge(key, perMinute)
  }

  async #send(charges: Charge[]): Promise<PromiseFulfilledResult<number>[]> {
    // These were added while the primary did not answer the batch before.
    if (this.#isOverdue) throw new Error('the primary does not answer')
    try {
      const waits = await withTimeout(this.#timeoutMs, this.#ask(charges))
      return charges.map((_, index) => ({ status: 'fulfilled', value: waits[index] ?? 0 }))
    } catch (error) {
      this.#isOverdue = true
      throw error
    }
  }

  #ask(charges: Charge[]): Promise<number[]> {
    this.#lastId += 1
    this.#lastSent = this.#now()
    return new Promise((resolve, reject) => {
      this.#onWaits = resolve
      post(this.#channel, 'rate-limits', { id: this.#lastId, charges } satisfies Charges).catch(reject)
    })
  }
}
