/** How long a client may take, in milliseconds. */
export interface Timeouts {
  /** For the whole head of a request, from its first byte; on a new connection, from its opening. */
  readonly head: number
  /** Between two reads of a request's body. */
  readonly body: number
  /** For a body, before its request may be ended in favour of another one. */
  readonly lateBody: number
  /** Without reading any more of an answer. */
  readonly answer: number
  /**
   * Between an answer and the next request. Longer than the 60 seconds for which nginx and load balancers keep an idle
   * connection: if the server closes first, a request that the proxy sends at that moment becomes a 502.
   */
  readonly idle: number
  /** The same, if all connections are in use and a new one needs the place. */
  readonly idleWhenFull: number
  /** To read an answer that was sent before the whole request had arrived. */
  readonly linger: number
}

export const TIMEOUTS: Timeouts = {
  head: 10_000,
  body: 30_000,
  lateBody: 1000,
  answer: 60_000,
  idle: 75_000,
  idleWhenFull: 5000,
  linger: 2000,
}

/**
 * The least bytes a second of a body that has taken longer than `Timeouts.body`. Even a bad phone connection is faster; a
 * client that sends its body byte by byte to hold the connection is not. The largest body may take a little over three minutes.
 */
export const MIN_BODY_RATE = 256

/** What a connection is doing: a request's head or body arrives, or an answer is being made or sent. */
export type Phase = 'head' | 'body' | 'answer'

/** Watches the progress of one connection. It is looked at only now and then, and costs nothing in between. */
export class Progress {
  #phase: Phase = 'head'
  #request = 0
  /** When the phase began, and at how many bytes. */
  #since: number
  #from = 0
  /** When the last byte moved, and how many had moved by then. */
  #movedAt: number
  #moved = 0

  constructor(now: number) {
    this.#since = now
    this.#movedAt = now
  }

  /**
   * Whether the client is too slow.
   *
   * @param request number of requests on the connection so far
   * @param bytes read from the connection so far; in the phase `answer`, sent on it so far
   * @param isOnServer whether the client waits for the server: there is no answer yet, or the client has read all of it
   */
  isTooSlow(
    phase: Phase,
    request: number,
    bytes: number,
    isOnServer: boolean,
    now: number,
    timeouts: Timeouts,
  ): boolean {
    // Between two requests no head is late until its first byte has come. Node closes connections that stay idle.
    const isIdle = phase === 'head' && request > 0 && bytes === this.#from
    if (phase !== this.#phase || request !== this.#request || isIdle || isOnServer) {
      this.#phase = phase
      this.#request = request
      this.#since = now
      this.#from = bytes
    }
    if (bytes !== this.#moved) {
      this.#moved = bytes
      this.#movedAt = now
    }
    if (phase === 'head') return now - this.#since >= timeouts.head
    const inactiveFor = now - Math.max(this.#since, this.#movedAt)
    if (phase === 'answer') return inactiveFor >= timeouts.answer
    const allowed = timeouts.body + ((bytes - this.#from) / MIN_BODY_RATE) * 1000
    return now - this.#since >= allowed || inactiveFor >= timeouts.body
  }
}
