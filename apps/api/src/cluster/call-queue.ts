interface Pending<Call, Result> {
  call: Call
  resolve(result: Result): void
  reject(reason: unknown): void
}

/** Sends calls to another process in batches, one at a time: a message costs both processes more than what is in it. */
export class CallQueue<Call, Result> {
  readonly #send: (calls: Call[]) => Promise<readonly PromiseSettledResult<Result>[]>
  #waiting: Pending<Call, Result>[] = []
  #isSending = false

  /** @param send resolves with the result of each call, in order. If it rejects, all calls of the batch do. */
  constructor(send: (calls: Call[]) => Promise<readonly PromiseSettledResult<Result>[]>) {
    this.#send = send
  }

  add(call: Call): Promise<Result> {
    return new Promise((resolve, reject) => {
      const isFirst = this.#waiting.push({ call, resolve, reject }) === 1
      // Calls that are added in the same turn of the event loop go together.
      if (isFirst) setImmediate(() => void this.#sendWaiting())
    })
  }

  async #sendWaiting(): Promise<void> {
    if (this.#isSending || this.#waiting.length === 0) return
    this.#isSending = true
    const batch = this.#waiting
    this.#waiting = []
    const failed = (reason: unknown) => batch.map(() => ({ status: 'rejected' as const, reason }))
    const results = await this.#send(batch.map(({ call }) => call)).catch(failed)
    this.#isSending = false
    void this.#sendWaiting()
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index]
      if (result?.status === 'fulfilled') resolve(result.value)
      else reject(result?.reason)
    }
  }
}
