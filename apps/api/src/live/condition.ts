export interface WaitOptions {
  /** Milliseconds until the wait ends by itself; without it, it waits as long as it takes. */
  timeout?: number
  /** Ends the wait at once, by rejecting with the signal's reason. */
  signal?: AbortSignal
}

/**
 * The waiting half of a monitor, for one event loop: whoever needs a state waits for it, whoever changes the state
 * notifies. There is no lock, because nothing runs between a predicate that holds and the code it wakes but that
 * code's own turn of the microtask queue.
 */
export class Condition {
  readonly #waiters = new Set<() => void>()

  /** How many waits are open. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** Lets every waiter look at its predicate again. */
  notifyAll(): void {
    for (const look of this.#waiters) look()
  }

  /**
   * Resolves to true as soon as the predicate holds (at once, where it does already) and to false after the timeout.
   * Rejects with the signal's reason when that aborts. Whichever it is, nothing is left behind.
   */
  waitFor(predicate: () => boolean, { timeout, signal }: WaitOptions = {}): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      if (predicate()) return resolve(true)

      const look = () => {
        if (predicate()) settle(() => resolve(true))
      }
      const abort = () => settle(() => reject(signal?.reason))
      const timer = timeout === undefined ? undefined : setTimeout(() => settle(() => resolve(false)), timeout)
      const settle = (finish: () => void) => {
        this.#waiters.delete(look)
        signal?.removeEventListener('abort', abort)
        clearTimeout(timer)
        finish()
      }
      this.#waiters.add(look)
      signal?.addEventListener('abort', abort)
    })
  }
}
