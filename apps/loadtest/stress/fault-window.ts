/** Keeps track of when something was disturbed by an injected fault. */
export class FaultWindow {
  readonly #recoveryMs: number
  #active = 0
  #lastEndedAt = Number.NEGATIVE_INFINITY

  /** @param recoveryMs how long a fault is still felt once it is over */
  constructor(recoveryMs = 0) {
    this.#recoveryMs = recoveryMs
  }

  /** Counts as disturbed for as long as the work takes. */
  async during(work: () => Promise<unknown>): Promise<void> {
    this.#active += 1
    try {
      await work()
    } finally {
      this.#active -= 1
      this.#lastEndedAt = performance.now()
    }
  }

  /** Whether nothing has been disturbed since that time of `performance.now()`. */
  clearSince(time: number): boolean {
    return this.#active === 0 && this.#lastEndedAt + this.#recoveryMs < time
  }
}
