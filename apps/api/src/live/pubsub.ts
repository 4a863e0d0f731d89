/** Says that a subject has reached a revision. It has no content. */
export interface PubSubMessage {
  subject: string
  revision: number
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
