/** Runs tasks one after another, in the order in which they were added, whether the previous one succeeded or failed. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Settles as the task does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => {})
    return result
  }

  /** Resolves when the queue is empty, including tasks that running tasks add. */
  async drain(): Promise<void> {
    let last: unknown
    while (last !== this.#last) {
      last = this.#last
      await last
    }
  }
}
