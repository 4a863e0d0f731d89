/** Remembers whether something was as it should be. */
export class Trouble {
  readonly #after: number
  #causes = 0
  #lastAt = Number.NEGATIVE_INFINITY

  /** @param after milliseconds that trouble lasts when its cause is gone */
  constructor(after = 0) {
    this.#after = after
  }

  /** Does what is trouble for as long as it takes. */
  async during(work: () => Promise<unknown>): Promise<void> {
    this.#causes += 1
    try {
      await work()
    } finally {
      this.#causes -= 1
      this.#lastAt = performance.now()
    }
  }

  /** Whether there was none since then. */
  noneSince(time: number): boolean {
    return this.#causes === 0 && this.#lastAt + this.#after < time
  }
}
