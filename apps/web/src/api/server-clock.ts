/**
 * How far the server's clock is ahead of this machine's, from the times that the server puts into what it sends. The
 * journey of each is of unknown length, so each gives a bound only: it was stamped before it came, and after it was asked
 * for. The more come, the closer the bounds; the quickest journeys decide.
 */
export class ServerClock {
  /** Milliseconds; negative where the server's clock is behind. */
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY

  /**
   * @param now the server's clock when it sent this (ISO 8601)
   * @param askedAt by this machine's clock; unknown for what the server sent by itself
   */
  note(now: string, askedAt = Number.NEGATIVE_INFINITY): void {
    const stamped = Date.parse(now)
    const [least, most] = [stamped - Date.now(), stamped - askedAt]
    if (Number.isNaN(stamped)) return
    // One of the clocks was set since: what was known is worth nothing.
    const isSet = least > this.#most || most < this.#least
    this.#least = isSet ? least : Math.max(this.#least, least)
    this.#most = isSet ? most : Math.min(this.#most, most)
  }

  /** Whether the clocks' difference is known from both sides: what comes by itself only says what it is at least. */
  get isKnown(): boolean {
    return Number.isFinite(this.#least) && Number.isFinite(this.#most)
  }

  /** The server's clock now, in milliseconds since 1970; this machine's as long as the server has said nothing. */
  now(): number {
    if (!Number.isFinite(this.#least)) return Date.now()
    const offset = Number.isFinite(this.#most) ? (this.#least + this.#most) / 2 : this.#least
    return Date.now() + offset
  }
}

/** That of the API this page is on. */
export const serverClock = new ServerClock()
