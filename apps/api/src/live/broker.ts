import type { Message } from './message.ts'
import type { PubSub } from './pubsub.ts'
import { Topic, type TopicParts } from './topic.ts'

/*
 * Invariants of every topic, with the tests that hold them.
 *
 * 1. The revision is assigned in the transaction that makes the change: it survives restarts and is the same on every
 *    node. (store/sql-poll-store.contract.test.ts)
 * 2. Only a newer message replaces one: two votes that race can't leave the older count on the charts.
 *    (live/broker.test.ts)
 * 3. A new stream gets the current state first, then only newer ones. The topic is retained, and with it subscribed to,
 *    before it is first read: what is published in between is never lost. A client that sends the last revision it has
 *    seen (Last-Event-ID), on any node, gets nothing older. (live/broker.test.ts, live/audience.test.ts)
 * 4. No stream has a queue. For a slow reader there is only "newest not sent yet"; when it reads again it gets the newest.
 *    (live/audience.test.ts)
 * 5. A frame is encoded once per revision, whatever the number of streams. (live/audience.test.ts)
 * 6. A closed stream frees everything at once, and a topic without streams costs no memory. (live/audience.test.ts)
 * 7. What tells other processes is (topic, revision), never the data. A lost message is healed by the timeout, which
 *    reads the topic again. (live/broker.test.ts)
 * 8. A vote is acknowledged only after its commit, and the database it was committed to is still the one at its path.
 *    (store/sql-poll-store.contract.test.ts, test/kill.test.ts)
 *
 * 9, what a viewer may not see does not leave the process, is at polls/views.ts; 10, one voter has one ballot, at
 * store/write-batch.ts.
 */

interface BrokerParts extends Omit<TopicParts, 'recheckMs'> {
  /** Undefined if there are no other processes. */
  pubsub?: PubSub | undefined
  recheckMs?: number
}

/** Keeps one Condition and one revision for each topic that has streams in this process: see the invariants above. */
export class Broker {
  readonly #topics = new Map<string, Topic>()
  readonly #parts: BrokerParts & TopicParts

  constructor(parts: BrokerParts) {
    this.#parts = { recheckMs: 10_000, ...parts }
    parts.pubsub?.listen({
      onMessage: ({ topic, revision }) => this.#topics.get(topic)?.announce(revision),
      onGap: (topic) => this.#topics.get(topic)?.recheck(),
    })
  }

  /** Number of topics with streams in this process. */
  get size(): number {
    return this.#topics.size
  }

  /**
   * Gives a new message to the streams of this process, and announces it to other processes, even if it is not new here: it
   * may have been read here between its commit and this call, and no other process would announce it.
   */
  publish(message: Message): void {
    const { topic, revision } = message
    this.#topics.get(topic)?.offer(message)
    this.#parts.cache?.put(message)
    this.#parts.pubsub?.publish({ topic, revision })
  }

  /** Returns the topic. It is kept until it has been released as often as it was retained. */
  retain(name: string): Topic {
    let topic = this.#topics.get(name)
    if (!topic) {
      topic = new Topic(name, this.#parts, () => this.#forget(name))
      this.#topics.set(name, topic)
      this.#parts.pubsub?.subscribe(name)
    }
    topic.retain()
    return topic
  }

  #forget(name: string): void {
    this.#topics.delete(name)
    this.#parts.pubsub?.unsubscribe(name)
  }
}
