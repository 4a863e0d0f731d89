/** Says that a subject has reached a revision. It has no content but for a count, where that is what the subject is. */
export interface PubSubMessage {
  subject: string
  revision: number
  /** What a process has counted on its own; of several processes, each sends its own. */
  counted?: { process: string; count: number }
}

export interface PubSubListener {
  onMessage(message: PubSubMessage): void
  /** Earlier messages on a subscribed subject may have been lost. */
  onGap(subject: string): void
}

/**
 * Tells other processes that subjects have changed. With one process there is none. Every variant promises that a message
 * soon arrives at each process that has subscribed to its subject. It may get lost (the timeout in topic.ts heals that),
 * arrive twice or late, and arrive at its sender. No method waits or throws.
 */
export interface PubSub {
  publish(message: PubSubMessage): void
  subscribe(subject: string): void
  unsubscribe(subject: string): void
  listen(listener: PubSubListener): void
}
