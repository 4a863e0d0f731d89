import type { PubSubMessage } from '../../live/pubsub.ts'

/** Subjects of which a message may wait while there is no connection: beyond that the oldest is dropped. */
const MAX_WAITING = 10_000

/** Messages to publish: only the newest of each subject, and of each process that counts on it; one batch at a time. */
export class Outbox {
  readonly #waiting = new Map<string, PubSubMessage>()
  readonly #send: (messages: readonly PubSubMessage[]) => Promise<void> | undefined
  #sending: Promise<void> | undefined

  /**
   * @param send returns undefined while nothing can be sent: then messages wait for `flush`. If it rejects, the messages
   *   are sent again, so after that it must return undefined until sending is possible again.
   */
  constructor(send: (messages: readonly PubSubMessage[]) => Promise<void> | undefined) {
    this.#send = send
  }

  /** Never throws and never waits. */
  put(message: PubSubMessage): void {
    this.#keep(message)
    this.flush()
  }

  flush(): void {
    if (this.#sending || this.#waiting.size === 0) return
    const messages = [...this.#waiting.values()]
    const sending = this.#send(messages)
    if (!sending) return
    this.#waiting.clear()
    this.#sending = this.#finish(sending, messages)
  }

  /** Resolves when nothing is being sent, and nothing waits that can be sent. */
  async drain(): Promise<void> {
    while (this.#sending) await this.#sending
  }

  async #finish(sending: Promise<void>, messages: readonly PubSubMessage[]): Promise<void> {
    try {
      await sending
    } catch {
      for (const message of messages) this.#keep(message)
    } finally {
      this.#sending = undefined
    }
    this.flush()
  }

  #keep(message: PubSubMessage): void {
    const key = message.counted ? `${message.subject} ${message.counted.process}` : message.subject
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined && waiting.revision >= message.revision) return
    this.#waiting.set(key, message)
    if (this.#waiting.size <= MAX_WAITING) return
    for (const oldest of this.#waiting.keys()) {
      this.#waiting.delete(oldest)
      return
    }
  }
}
