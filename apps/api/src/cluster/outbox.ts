import type { PubSubMessage } from '../live/pubsub.ts'

/** Polls of which a wake may wait here while there is no way to send it: beyond that the oldest is dropped. */
const MOST = 10_000

/** Wakes to send: of each poll the newest only, and never more than one sending under way. */
export class Outbox {
  readonly #waiting = new Map<string, number>()
  readonly #send: (wakes: readonly PubSubMessage[]) => Promise<void> | undefined
  #sending: Promise<void> | undefined

  /**
   * @param send answers undefined while there is no way to send: then they wait for `flush`. Where it rejects they are
   *   sent again, so from then on it has to answer undefined.
   */
  constructor(send: (wakes: readonly PubSubMessage[]) => Promise<void> | undefined) {
    this.#send = send
  }

  /** Never throws and never waits. */
  put(wake: PubSubMessage): void {
    this.#keep(wake)
    this.flush()
  }

  flush(): void {
    if (this.#sending || this.#waiting.size === 0) return
    const wakes = Array.from(this.#waiting, ([pollId, revision]) => ({ pollId, revision }))
    const sending = this.#send(wakes)
    if (!sending) return
    this.#waiting.clear()
    this.#sending = this.#finish(sending, wakes)
  }

  /** Resolves when nothing is under way and nothing that can be sent waits. */
  async drain(): Promise<void> {
    while (this.#sending) await this.#sending
  }

  async #finish(sending: Promise<void>, wakes: readonly PubSubMessage[]): Promise<void> {
    try {
      await sending
    } catch {
      for (const wake of wakes) this.#keep(wake)
    } finally {
      this.#sending = undefined
    }
    this.flush()
  }

  #keep({ pollId, revision }: PubSubMessage): void {
    const waiting = this.#waiting.get(pollId)
    if (waiting !== undefined && waiting >= revision) return
    this.#waiting.set(pollId, revision)
    if (this.#waiting.size <= MOST) return
    for (const oldest of this.#waiting.keys()) {
      this.#waiting.delete(oldest)
      return
    }
  }
}
