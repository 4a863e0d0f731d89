import type { Change } from './message.ts'
import type { PubSub } from './pubsub.ts'
import { Topic, type TopicParts } from './topic.ts'

/*
 * Invariants of every topic, with the tests that hold them.
 *
 * 1. The revision is assigned in the transaction that makes the change: it survives restarts and is the same on every
 *    node. (store/sql-poll-store.contract.test.ts)
 * 2. Only a newer message replaces one: two votes that race can't leave the older count on the charts.
 *    (live/broker.test.ts)
 * 3. A new stream gets the current state first, then only newer ones. The topic is retained, and with it its subject
 *    subscribed to, before it is first read: what is published in between is never lost. A client that sends the last
 *    revision it has seen (Last-Event-ID), on any node, gets nothing older, and if there is nothing newer, only word of
 *    that. A stream that switches topics gets the current state of the new one, and nothing of the old one after it.
 *    (live/broker.test.ts, live/audience.test.ts, live/switch-topic.test.ts)
 * 4. No stream has a queue. For a slow reader there is only "newest not sent yet"; when it reads again it gets the newest.
 *    (live/audience.test.ts)
 * 5. A frame is encoded once per revision and view, whatever the number of streams. Only first frames are encoded again,
 *    once a second at most, because they tell the time. (live/frame.test.ts, live/audience.test.ts)
 * 6. A closed stream frees everything at once, and a topic without streams costs no memory. (live/audience.test.ts)
 * 7. What tells other processes of a change is (subject, revision), once however many views there are, never the data. A lost
 *    message is healed by the timeout, which reads the topics again. (live/broker.test.ts)
 *    Where the source was set back, every stream gets the current state anew, and nothing of before after it.
 *    (live/set-back.test.ts)
 * 8. A vote is acknowledged only after its commit, and the database it was committed to is still the one at its path.
 *    (store/sql-poll-store.contract.test.ts, test/kill.test.ts)
 *
 * 9, what a viewer may not see does not leave the process, is at polls/views.ts; 10, one voter has one ballot, at
 * store/write-batch.ts.
 */

interface BrokerParts extends Omit<TopicParts, 'recheckMs' | 'onSetBack'> {
  /** Undefined if there are no other processes. */
  pubsub?: PubSub | undefined
  recheckMs?: number
  /** Whether other processes have nothing to do with the subject: each has its own state of it. */
  isLocal?: (subject: string) => boolean
  /** Called with each subject that another process has changed. */
  onAnnounced?: ((subject: string) => void) | undefined
  /** Called when the source was set back, until `restart`. It may be called often. */
  onSetBack?: () => void
}

type Parts = Omit<BrokerParts, 'onSetBack'> & TopicParts

/** Keeps one Condition and one revision for each topic that has streams in this process: see the invariants above. */
export class Broker {
  /** How often it has been restarted. */
  restarts = 0
  /** The topics by name, in groups by subject. */
  readonly #subjects = new Map<string, Map<string, Topic>>()
  readonly #parts: Parts

  constructor(parts: BrokerParts) {
    const onSetBack = (topic: Topic) => {
      if (this.#has(topic)) parts.onSetBack?.()
    }
    this.#parts = { recheckMs: 10_000, ...parts, onSetBack }
    parts.pubsub?.listen({
      onMessage: ({ subject, revision }) => {
        for (const topic of this.topicsOf(subject)) topic.announce(revision)
        parts.onAnnounced?.(subject)
      },
      onGap: (subject) => {
        for (const topic of this.topicsOf(subject)) topic.recheck()
      },
    })
  }

  /** Number of topics with streams in this process. */
  get size(): number {
    let size = 0
    for (const topics of this.#subjects.values()) size += topics.size
    return size
  }

  /** The subjects that have streams in this process. */
  get subjects(): Iterable<string> {
    return this.#subjects.keys()
  }

  /** The topics of the subject that have streams in this process. */
  topicsOf(subject: string): Iterable<Topic> {
    return this.#subjects.get(subject)?.values() ?? []
  }

  /**
   * Gives each topic of the subject its message, if it has streams in this process, and announces the change to other
   * processes, even if it is not new here: it may have been read here between its commit and this call, and no other
   * process would announce it.
   */
  publish({ subject, revision, messageOf, cached = [] }: Change): void {
    const { cache, pubsub } = this.#partsOf(subject)
    const topics = this.#subjects.get(subject)
    for (const topic of topics?.values() ?? []) {
      const message = messageOf(topic.name)
      if (!message) {
        topic.announce(revision)
        continue
      }
      topic.offer(message, revision)
      cache?.put(message, revision)
    }
    for (const name of cache ? cached : []) {
      const message = topics?.has(name) ? undefined : messageOf(name)
      if (message) cache?.put(message, revision)
    }
    pubsub?.publish({ subject, revision })
  }

  /** Returns the topic. It is kept until it has been released as often as it was retained. */
  retain(name: string): Topic {
    const subject = subjectOf(name)
    let topics = this.#subjects.get(subject)
    if (!topics) {
      topics = new Map()
      this.#subjects.set(subject, topics)
      this.#partsOf(subject).pubsub?.subscribe(subject)
    }
    let topic = topics.get(name)
    if (!topic) {
      const added = new Topic(name, this.#partsOf(subject), () => this.#forget(added))
      topics.set(name, added)
      topic = added
    }
    topic.retain()
    return topic
  }

  /**
   * Begins anew after the source was set back: nothing in a topic of before can be compared with what the source has now.
   * Whoever has retained one retains it again by its name, and releases the old one.
   */
  restart(): void {
    this.restarts += 1
    for (const topics of this.#subjects.values()) topics.clear()
  }

  #partsOf(subject: string): Parts {
    return this.#parts.isLocal?.(subject) ? { ...this.#parts, pubsub: undefined, cache: undefined } : this.#parts
  }

  /** False for a topic of before the last restart. */
  #has(topic: Topic): boolean {
    return this.#subjects.get(subjectOf(topic.name))?.get(topic.name) === topic
  }

  #forget(topic: Topic): void {
    const subject = subjectOf(topic.name)
    const topics = this.#subjects.get(subject)
    if (this.#has(topic)) topics?.delete(topic.name)
    if (topics?.size !== 0) return
    this.#subjects.delete(subject)
    this.#partsOf(subject).pubsub?.unsubscribe(subject)
  }
}

/** The subject of a topic named `SUBJECT/VIEW`. */
export const subjectOf = (topic: string): string => topic.split('/', 1)[0] ?? topic
