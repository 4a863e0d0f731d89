/** Says that a topic has reached a revision, and nothing of what is in it. */
export interface PubSubMessage {
  topic: string
  revision: number
}

export interface PubSubListener {
  onMessage(message: PubSubMessage): void
  /** Messages on a topic that is subscribed to may have been lost before now. */
  onGap(topic: string): void
}

/**
 * Tells other processes that topics have changed; with one process there is none. Every variant promises: a message is
 * soon at each process that has subscribed to its topic. It may get lost (the timeout in topic.ts heals that), come
 * twice or late, and come back to its sender. Nothing here waits or throws.
 */
export interface PubSub {
  publish(message: PubSubMessage): void
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  listen(listener: PubSubListener): void
}
