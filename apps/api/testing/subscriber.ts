import type { PubSub, PubSubMessage } from '../src/live/pubsub.ts'
import { until } from './until.ts'

/** Listens on a pubsub, and records. */
export class Subscriber {
  readonly messages: PubSubMessage[] = []
  readonly gaps: string[] = []

  constructor(pubsub: PubSub) {
    pubsub.listen({
      onMessage: (message) => void this.messages.push(message),
      onGap: (topic) => void this.gaps.push(topic),
    })
  }

  /** Resolves once the message with this revision of the topic has arrived. */
  received(topic: string, revision: number): Promise<boolean> {
    return until(() => this.messages.some((message) => message.topic === topic && message.revision === revision))
  }

  /** Resolves once so many gaps of the topic were reported; the first one says that it is subscribed to. */
  gap(topic: string, times = 1): Promise<boolean> {
    return until(() => this.gaps.filter((name) => name === topic).length >= times)
  }
}
