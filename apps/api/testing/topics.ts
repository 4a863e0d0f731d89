import type { Change, CurrentMessage, Message } from '../src/live/message.ts'
import type { PubSub, PubSubListener, PubSubMessage } from '../src/live/pubsub.ts'

export const SUBJECT = 'poll:abcdefgh'
export const TOPIC = `${SUBJECT}/public`

/** What a topic says at a revision: as a poll does, which has an event of its own for new streams. */
export const messageAt = (revision: number, topic = TOPIC): Message => ({
  topic,
  revision,
  id: String(revision),
  event: 'update',
  json: JSON.stringify({ topic, revision }),
  opening: { event: 'snapshot', since: 0 },
})

/** A topic that shows every change of its subject. */
export const currentAt = (revision: number, topic = TOPIC): CurrentMessage => ({
  message: messageAt(revision, topic),
  subjectRevision: revision,
})

/** A change that all topics of the subject show. */
export const changeTo = (revision: number, subject = SUBJECT): Change => ({
  subject,
  revision,
  messageOf: (topic) => messageAt(revision, topic),
})

/** A pubsub whose other processes are the test. */
export class TestPubSub implements PubSub {
  readonly published: PubSubMessage[] = []
  readonly subscribed = new Set<string>()
  #listener: PubSubListener | undefined

  publish(message: PubSubMessage): void {
    this.published.push(message)
  }

  subscribe(subject: string): void {
    if (this.subscribed.has(subject)) throw new Error(`subscribed to ${subject} twice`)
    this.subscribed.add(subject)
  }

  unsubscribe(subject: string): void {
    if (!this.subscribed.delete(subject)) throw new Error(`unsubscribed from ${subject} twice`)
  }

  listen(listener: PubSubListener): void {
    this.#listener = listener
  }

  /** Another process publishes. */
  receive(revision: number, subject = SUBJECT): void {
    this.#listener?.onMessage({ subject, revision })
  }

  gap(subject = SUBJECT): void {
    this.#listener?.onGap(subject)
  }
}
