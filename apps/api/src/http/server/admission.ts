import { LinkedList } from '../../lib/linked-list.ts'
import { type Arriving, type Exchange, type Failable, isWhole } from './exchange.ts'
import type { InFlight } from './in-flight.ts'
import type { Refusal } from './refusal.ts'

/** Decides which requests are served now. Of those that are in flight, one with a late body gives way to a new request. */
export class Admission {
  readonly #inFlight: InFlight
  readonly #lateBodyMs: number
  /** The oldest first. */
  readonly #arriving = new LinkedList<Arriving>()

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
    if (!isWhole(exchange)) exchange.arriving = this.#arriving.add({ exchange, connection, since: performance.now() })
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
    if (exchange.arriving) this.#arriving.delete(exchange.arriving)
  }

  /**
   * Ends the oldest request whose body is late, and lets one of this network in instead. A few thousand clients that send
   * their bodies byte by byte would otherwise keep everybody out. Returns false if no body is late, or none of the network
   * that has too many requests in flight.
   */
  #makeRoom(network: string): boolean {
    const now = performance.now()
    for (const node of this.#arriving) {
      const { exchange, connection, since } = node.value
      if (isWhole(exchange)) {
        this.#arriving.delete(node)
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
