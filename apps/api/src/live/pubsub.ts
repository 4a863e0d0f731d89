/** Says that a poll has reached a revision, and nothing of what is in it. */
export interface PubSubMessage {
  pollId: string
  revision: number
}

/**
 * What carries wakes between brokers. A variant may reach other processes; this is what each must promise: every
 * listener on the bus hears of a wake for a poll it watches, the sender's own at once, the others soon. A wake may
 * get lost on the way to another process (the broker's timeout heals that) and may come twice or late.
 */
export interface PubSub {
  publish(wake: PubSubMessage): void
  /** From now on wakes for this poll are wanted here. */
  watch(pollId: string): void
  unwatch(pollId: string): void
  /** Calls the listener for every wake, and `missed` for a watched poll whose wakes may have been lost until now. */
  listen(listener: (wake: PubSubMessage) => void, missed?: (pollId: string) => void): void
}

/** The bus of a process by itself: all its brokers hear of every wake, at once. */
export class LocalPubSub implements PubSub {
  readonly #listeners: ((wake: PubSubMessage) => void)[] = []

  publish(wake: PubSubMessage): void {
    for (const listener of this.#listeners) listener(wake)
  }

  // Whoever listens in this process knows in constant time whether it watches a poll: nothing to tell anyone.
  watch(): void {}
  unwatch(): void {}

  listen(listener: (wake: PubSubMessage) => void): void {
    this.#listeners.push(listener)
  }
}
