/** Says that a poll has reached a revision, and nothing of what is in it. */
export interface Wake {
  pollId: string
  revision: number
}

/**
 * What carries wakes between brokers. A variant may reach other processes; this is what each must promise: every
 * listener on the bus hears of a wake for a poll it watches, the sender's own at once, the others soon. A wake may
 * get lost on the way to another process (the broker's timeout heals that) and may come twice or late.
 */
export interface WakeBus {
  publish(wake: Wake): void
  /** From now on wakes for this poll are wanted here. */
  watch(pollId: string): void
  unwatch(pollId: string): void
  /** Calls the listener for every wake, and `missed` for a watched poll whose wakes may have been lost until now. */
  listen(listener: (wake: Wake) => void, missed?: (pollId: string) => void): void
}

/** The bus of a process by itself: all its brokers hear of every wake, at once. */
export class LocalWakeBus implements WakeBus {
  readonly #listeners: ((wake: Wake) => void)[] = []

  publish(wake: Wake): void {
    for (const listener of this.#listeners) listener(wake)
  }

  // Whoever listens in this process knows in constant time whether it watches a poll: nothing to tell anyone.
  watch(): void {}
  unwatch(): void {}

  listen(listener: (wake: Wake) => void): void {
    this.#listeners.push(listener)
  }
}
