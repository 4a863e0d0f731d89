/**
 * A condition variable for one event loop: code that needs a state waits for it, code that changes the state notifies.
 * There is no lock: between a predicate that holds and the code that waited for it, only other microtasks run.
 */
export class Condition {
  readonly #waiters = new Set<() => void>()

  /** How many waits are open. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** Has every waiter evaluate its predicate again. */
  notifyAll(): void {
    for (const evaluate of this.#waiters) evaluate()
  }

  /**
   * Resolves to true as soon as the predicate holds (at once, where it does already), and to false after that many
   * milliseconds; without a timeout it waits as long as it takes. Either way nothing is left behind.
   */
  waitFor(predicate: () => boolean, timeoutMs?: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (predicate()) return resolve(true)
      const settle = (holds: boolean) => {
        this.#waiters.delete(evaluate)
        clearTimeout(timer)
        resolve(holds)
      }
      const evaluate = () => {
        if (predicate()) settle(true)
      }
      const timer = timeoutMs === undefined ? undefined : setTimeout(settle, timeoutMs, false)
      this.#waiters.add(evaluate)
    })
  }
}
