/**
 * A condition variable for one event loop: code that needs a state waits for it, code that changes the state notifies.
 * No lock is needed: after the predicate has become true, only microtasks run before the code that waited for it.
 */
export class Condition {
  readonly #waiters = new Set<() => void>()

  /** Number of pending waits. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** Makes every waiter evaluate its predicate again. */
  notifyAll(): void {
    for (const evaluate of this.#waiters) evaluate()
  }

  /**
   * Resolves to true as soon as the predicate is true (at once if it already is), and to false after the timeout, if there
   * is one. Either way it leaves no timer and no waiter.
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
