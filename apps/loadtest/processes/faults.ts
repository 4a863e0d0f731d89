/** What went wrong, each with how often. */
export class Faults {
  readonly #counts = new Map<string, number>()

  note(fault: string, times = 1): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + times)
  }

  take(others: Faults): void {
    for (const [fault, times] of others.#counts) this.note(fault, times)
  }

  get all(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
