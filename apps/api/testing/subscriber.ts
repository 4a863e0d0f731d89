import type { PubSub, PubSubMessage } from '../src/live/pubsub.ts'
import { until } from './until.ts'

/** Listens on a pubsub, and records. */
export class Subscriber {
  readonly messages: PubSubMessage[] = []
  readonly gaps: string[] = []

  constructor(pubsub: PubSub) {
    pubsub.listen({
      onMessage: (message) => void this.messages.push(message),
      onGap: (subject) => void this.gaps.push(subject),
    })
  }

  /** Resolves once the message with this revision of the subject has arrived. */
  received(subject: string, revision: number): Promise<boolean> {
    return until(() => this.messages.some((message) => message.subject === subject && message.revision === revision))
  }

  /** Resolves once so many gaps of the subject were reported; the first one says that it is subscribed to. */
  gap(subject: string, times = 1): Promise<boolean> {
    return until(() => this.gaps.filter((name) => name === subject).length >= times)
  }
}
