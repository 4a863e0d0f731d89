/** Says that a topic has reached a revision. It has no content. */
export interface PubSubMessage {
  topic: string
  revision: number
}

export interface PubSubListener {
  onMessage(message: PubSubMessage): void
  /** Earlier messages on a subscribed topic may have been lost. */
  onGap(topic: string): void
}

/**
 * Tells other processes that topics have changed. With one process there is none. Every variant promises that a message
 * soon arrives at each process that has subscribed to its topic. It may get lost (the timeout in topic.ts heals that),
 * arrive twice or late, and arrive at its sender. No method waits or throws.
 */
export interface PubSub {
  publish(message: PubSubMessage): void
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  listen(listener: PubSubListener): void
}
