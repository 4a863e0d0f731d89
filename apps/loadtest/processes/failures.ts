/** Failures, each with its count. */
export class Failures {
  readonly #counts = new Map<string, number>()

  note(failure: string, times = 1): void {
    this.#counts.set(failure, (this.#counts.get(failure) ?? 0) + times)
  }

  add(others: Failures): void {
    for (const [failure, times] of others.#counts) this.note(failure, times)
  }

  get all(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
