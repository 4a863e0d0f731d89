import type { ClientFault } from './client-faults.ts'
import { type Exchange, isWhole } from './exchange.ts'
import type { InFlight } from './in-flight.ts'
import type { Refusal } from './refusal.ts'

/** What a request came on. */
interface Failable {
  /** Refuses the request, if it has no answer yet, and ends it. */
  fail(refusal: Refusal, fault: ClientFault): void
}

/** Decides which requests are served now. Of those that are in flight, one with a late body gives way to a new request. */
export class Admission {
  readonly #inFlight: InFlight
  readonly #lateBodyMs: number
  /** Admitted requests whose bodies had not arrived, the oldest first. */
  readonly #arriving = new Map<Exchange, { connection: Failable; since: number }>()

  /** @param lateBodyMs milliseconds after which a body that is still arriving is late */
  constructor(inFlight: InFlight, lateBodyMs: number) {
    this.#inFlight = inFlight
    this.#lateBodyMs = lateBodyMs
  }

  /**
   * Counts the request as in flight, until its answer is sent and its handler is done: a client that leaves early ends no
   * work. Returns false if too many are in flight.
   */
  enter(exchange: Exchange, connection: Failable): boolean {
    const { network } = exchange
    if (!this.#inFlight.enter(network) && !this.#makeRoom(network)) return false
    exchange.open = 2
    if (!isWhole(exchange)) this.#arriving.set(exchange, { connection, since: performance.now() })
    return true
  }

  /** The answer has been sent, or never will be. */
  onAnswered(exchange: Exchange): void {
    // A handler that still waits for the rest of the request gets no more of it.
    if (!isWhole(exchange) && exchange.open > 1) exchange.open = 1
    this.#release(exchange)
  }

  onHandled(exchange: Exchange): void {
    this.#release(exchange)
  }

  #release(exchange: Exchange): void {
    if (exchange.open === 0) return
    exchange.open -= 1
    if (exchange.open > 0) return
    this.#inFlight.leave(exchange.network)
    this.#arriving.delete(exchange)
  }

  /**
   * Ends the oldest request whose body is late, and lets one of this network in instead. A few thousand clients that send
   * their bodies byte by byte would otherwise keep everybody out. Returns false if no body is late, or none of the network
   * that has too many requests in flight.
   */
  #makeRoom(network: string): boolean {
    const now = performance.now()
    for (const [exchange, { connection, since }] of this.#arriving) {
      if (isWhole(exchange)) {
        this.#arriving.delete(exchange)
        continue
      }
      if (now - since < this.#lateBodyMs) return false
      if (!this.#inFlight.isFull && exchange.network !== network) continue
      connection.fail(LATE_BODY, 'body too slow')
      exchange.open = 1
      this.#release(exchange)
      if (this.#inFlight.enter(network)) return true
    }
    return false
  }
}

const LATE_BODY: Refusal = {
  code: 'server-busy',
  detail: 'The server is busy, and the body of this request had not arrived. Try again in a moment.',
  retryAfter: 1,
}
