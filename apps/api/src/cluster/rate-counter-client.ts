import { MemoryRateCounter, type RateCounter } from '../lib/rate-counter.ts'
import { type Channel, listen, post } from './ipc.ts'
import type { Charges, Waits } from './rate-counter-server.ts'

/** Milliseconds that the primary has to answer. A limit is not worth a vote that waits. */
const TIMEOUT_MS = 500

/** Milliseconds after which a primary that did not answer is asked again. */
const RETRY_MS = 1000

interface Pending {
  key: string
  perMinute: number
  resolve(wait: number): void
}

/**
 * A worker's way to the counter in its pool's primary (rate-counter-server.ts). One message is under way at a time; what
 * comes meanwhile goes together with the next. While the primary does not answer, this process counts for itself, and
 * sends it one charge a second: no request waits for that, and its answer shows that the primary is back.
 */
export class RateCounterClient implements RateCounter {
  readonly #channel: Channel
  readonly #timeoutMs: number
  readonly #now: () => number
  readonly #local = new MemoryRateCounter()
  #queue: Pending[] = []
  #sent: Pending[] = []
  #lastId = 0
  #lastSent = 0
  #timer: NodeJS.Timeout | undefined
  #isOverdue = false

  /** @param now milliseconds on a clock that nobody sets back */
  constructor(channel: Channel, timeoutMs = TIMEOUT_MS, now = () => performance.now()) {
    this.#channel = channel
    this.#timeoutMs = timeoutMs
    this.#now = now
    listen<Waits>(channel, 'rate-limits', (answer) => this.#answered(answer))
  }

  charge(key: string, perMinute: number): number | Promise<number> {
    if (this.#isOverdue) {
      if (this.#now() - this.#lastSent >= RETRY_MS) this.#post([[key, perMinute]])
      return this.#local.charge(key, perMinute)
    }
    return new Promise((resolve) => {
      const isFirst = this.#queue.push({ key, perMinute, resolve }) === 1
      if (isFirst && this.#sent.length === 0) setImmediate(() => this.#send())
    })
  }

  #send(): void {
    if (this.#sent.length > 0 || this.#queue.length === 0) return
    this.#sent = this.#queue
    this.#queue = []
    this.#timer = setTimeout(() => this.#giveUp(), this.#timeoutMs)
    this.#post(this.#sent.map(({ key, perMinute }) => [key, perMinute]))
  }

  #post(charges: Charges['charges']): void {
    this.#lastId += 1
    this.#lastSent = this.#now()
    post(this.#channel, 'rate-limits', { id: this.#lastId, charges } satisfies Charges).catch(() => this.#giveUp())
  }

  #answered({ id, waits }: Waits): void {
    if (id !== this.#lastId) return
    clearTimeout(this.#timer)
    this.#isOverdue = false
    for (const [index, { resolve }] of this.#sent.entries()) resolve(waits[index] ?? 0)
    this.#sent = []
    this.#send()
  }

  #giveUp(): void {
    clearTimeout(this.#timer)
    this.#isOverdue = true
    for (const { key, perMinute, resolve } of [...this.#sent, ...this.#queue]) {
      resolve(this.#local.charge(key, perMinute))
    }
    this.#sent = []
    this.#queue = []
  }
}
