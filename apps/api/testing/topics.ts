import type { Message } from '../src/live/message.ts'
import type { PubSub, PubSubListener, PubSubMessage } from '../src/live/pubsub.ts'

export const TOPIC = 'poll:abcdefgh'

/** What a topic says at a revision: as a poll does, which has an event of its own for new streams. */
export const messageAt = (revision: number, topic = TOPIC): Message => ({
  topic,
  revision,
  event: 'update',
  json: JSON.stringify({ topic, revision }),
  opening: { event: 'snapshot', since: 0 },
})

/** A pubsub whose other processes are the test. */
export class TestPubSub implements PubSub {
  readonly published: PubSubMessage[] = []
  readonly subscribed = new Set<string>()
  #listener: PubSubListener | undefined

  publish(message: PubSubMessage): void {
    this.published.push(message)
  }

  subscribe(topic: string): void {
    if (this.subscribed.has(topic)) throw new Error(`subscribed to ${topic} twice`)
    this.subscribed.add(topic)
  }

  unsubscribe(topic: string): void {
    if (!this.subscribed.delete(topic)) throw new Error(`unsubscribed from ${topic} twice`)
  }

  listen(listener: PubSubListener): void {
    this.#listener = listener
  }

  /** Another process publishes. */
  receive(revision: number, topic = TOPIC): void {
    this.#listener?.onMessage({ topic, revision })
  }

  gap(topic = TOPIC): void {
    this.#listener?.onGap(topic)
  }
}
