/** How long a client may take, in milliseconds. */
export interface Timeouts {
  /** For a whole request head, from its first byte or, on a new connection, from its opening. */
  readonly head: number
  /** Without another byte of a body that has not arrived whole. */
  readonly body: number
  /** For a body, before its place is given to another request where places are short. */
  readonly lateBody: number
  /** Without taking any of an answer. */
  readonly answer: number
  /** Between an answer and the next request. */
  readonly idle: number
  /** To read an answer that was given before its request had arrived whole. */
  readonly linger: number
}

export const TIMEOUTS: Timeouts = {
  head: 10_000,
  body: 30_000,
  lateBody: 1000,
  answer: 60_000,
  idle: 5000,
  linger: 2000,
}

/**
 * Bytes a second that a body has to bring once it has taken as long as one may stall: what a bad phone connection
 * does, and a client that drips does not. The largest body has two and a half minutes with it.
 */
const MIN_BODY_RATE = 256

/** What a connection is in the middle of. */
export type Phase = 'head' | 'body' | 'answer'

/** Follows one connection's progress, at each check. Costs nothing in between. */
export class Progress {
  #phase: Phase = 'head'
  #request = 0
  /** When the phase began, and at how many bytes. */
  #since: number
  #from = 0
  /** When the last byte moved, and how many had moved then. */
  #movedAt: number
  #moved = 0

  constructor(now: number) {
    this.#since = now
    this.#movedAt = now
  }

  /**
   * Whether the client is too slow by now.
   *
   * @param request counts the connection's requests: 0 until the first has come
   * @param bytes how many have moved so far: those read from the connection, in the phase `answer` those sent on it
   * @param isOurTurn nothing is expected of the client now: an answer is not there yet, or has been taken so far
   */
  isTooSlow(
    phase: Phase,
    request: number,
    bytes: number,
    isOurTurn: boolean,
    now: number,
    timeouts: Timeouts,
  ): boolean {
    // Between two requests nothing is late until the first byte of the next: Node closes what is idle.
    const isIdle = phase === 'head' && request > 0 && bytes === this.#from
    if (phase !== this.#phase || request !== this.#request || isIdle || isOurTurn) {
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
    const stillFor = now - Math.max(this.#since, this.#movedAt)
    if (phase === 'answer') return stillFor >= timeouts.answer
    const allowed = timeouts.body + ((bytes - this.#from) / MIN_BODY_RATE) * 1000
    return now - this.#since >= allowed || stillFor >= timeouts.body
  }
}
