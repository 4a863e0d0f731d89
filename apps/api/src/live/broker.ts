import type { Snapshot } from '@pollcast/shared/poll'
import { Condition } from './condition.ts'
import type { SnapshotCache } from './snapshot-cache.ts'
import type { Wake, WakeBus } from './wake-bus.ts'

/*
 * What Pollcast promises of a live poll. Each is held by the test named beside it.
 *
 * 1. The revision is assigned in the vote's own transaction, so it survives restarts and is the same on every node.
 *    (store/sql-poll-store.contract.test.ts)
 * 2. The cache takes a snapshot only if it is newer: two votes that race can't leave the older count on the charts.
 *    (live/broker.test.ts)
 * 3. A new stream gets the current snapshot first, then only newer ones. The baseline is captured before the first
 *    frame: what lands in between wakes the stream and is never lost. Where the client says what it was shown last
 *    (Last-Event-ID), by whichever node, it is shown no older one. (live/broker.test.ts, live/audience.test.ts)
 * 4. No stream holds a queue. Behind a slow reader there is only "newest not sent yet"; when it drains it gets the
 *    newest. (live/audience.test.ts)
 * 5. A frame is encoded once per revision, whatever the number of streams. (live/audience.test.ts)
 * 6. A closed stream frees everything at once, and a poll nobody watches costs no memory. (live/audience.test.ts)
 * 7. What tells other processes is a wake (poll, revision), never the data. A lost wake is healed by the timeout,
 *    which reads the poll again. (live/broker.test.ts)
 * 8. A vote is acknowledged only after its commit. (store/sql-poll-store.contract.test.ts, test/kill.test.ts)
 */

/** Where a snapshot comes from when neither a vote nor the cache has brought it. Rejects for an unknown poll. */
export interface SnapshotSource {
  snapshot(pollId: string): Promise<Snapshot>
}

/** One poll that is watched here. */
interface Topic {
  /** The newest revision heard of. */
  revision: number
  /** How many times it was asked to be read again. */
  rechecks: number
  changed: Condition
  watchers: number
}

interface BrokerParts {
  cache: SnapshotCache
  bus: WakeBus
  source: SnapshotSource
  /** Hears of a poll that could not be read again; its streams keep what they have and the next round tries anew. */
  onError: (error: unknown) => void
  /** How long, in milliseconds, a watched poll goes without a wake before it is read again. */
  recheck?: number
}

/** One Condition and one revision for each poll that is watched: see the promises above. */
export class Broker {
  readonly #topics = new Map<string, Topic>()
  readonly #parts: Required<BrokerParts>
  #published: Snapshot | undefined

  constructor(parts: BrokerParts) {
    this.#parts = { recheck: 10_000, ...parts }
    this.#parts.bus.listen(
      (wake) => this.#wake(wake),
      (pollId) => this.recheck(pollId),
    )
  }

  /** How many polls are watched. */
  get watched(): number {
    return this.#topics.size
  }

  /**
   * Hands on a poll's new snapshot. An older one than the newest changes nothing here, but whoever has it tells of it: it
   * may have been read here before its own vote was published, and then nobody else would. Costs the same watched or
   * not, and next to nothing where votes that were committed together come with the same object.
   */
  publish(snapshot: Snapshot): void {
    if (snapshot === this.#published) return
    this.#published = snapshot
    const { pollId, revision } = snapshot
    this.#parts.cache.offer(snapshot)
    this.#parts.bus.publish({ pollId, revision })
  }

  /** Reads a poll now, for whoever knows that there is something newer. Undefined where it can't be read. */
  async read(pollId: string): Promise<Snapshot | undefined> {
    try {
      const read = await this.#parts.source.snapshot(pollId)
      this.#parts.cache.offer(read)
      return read
    } catch (error) {
      this.#parts.onError(error)
      return undefined
    }
  }

  /** Has a poll that is watched read again: its wakes may have been lost. A read under way is followed by another. */
  recheck(pollId: string): void {
    const topic = this.#topics.get(pollId)
    if (!topic) return
    topic.rechecks += 1
    topic.changed.notifyAll()
  }

  /**
   * The current snapshot, then each newer one. Whoever is slow to ask for the next gets the newest there is then, and
   * not the ones between. Ends by rejecting with the signal's reason; rejects as the source does if the poll can't be
   * read at the start.
   */
  async *changes(pollId: string, signal: AbortSignal): AsyncGenerator<Snapshot, never, void> {
    const topic = this.#enter(pollId)
    try {
      let rechecks = topic.rechecks
      let current = await this.#newest(pollId, topic)
      for (;;) {
        const shown = current.revision
        yield current
        while (current.revision <= shown) {
          const { recheck: timeout } = this.#parts
          const due = () => topic.revision > shown || topic.rechecks > rechecks
          const woken = (await topic.changed.waitFor(due, { timeout, signal })) && topic.rechecks === rechecks
          rechecks = topic.rechecks
          current = await this.#again(pollId, topic, woken, current)
        }
      }
    } finally {
      this.#leave(pollId, topic)
    }
  }

  #enter(pollId: string): Topic {
    let topic = this.#topics.get(pollId)
    if (!topic) {
      topic = { revision: -1, rechecks: 0, changed: new Condition(), watchers: 0 }
      this.#topics.set(pollId, topic)
      this.#parts.cache.hold(pollId)
      this.#parts.bus.watch(pollId)
    }
    topic.watchers += 1
    return topic
  }

  #leave(pollId: string, topic: Topic): void {
    topic.watchers -= 1
    if (topic.watchers > 0) return
    this.#topics.delete(pollId)
    this.#parts.cache.release(pollId)
    this.#parts.bus.unwatch(pollId)
  }

  #wake({ pollId, revision }: Wake): void {
    const topic = this.#topics.get(pollId)
    if (!topic || revision <= topic.revision) return
    topic.revision = revision
    topic.changed.notifyAll()
  }

  /** After a wake the cache will do if it is as new as the wake; after a timeout only the source knows. */
  async #again(pollId: string, topic: Topic, woken: boolean, current: Snapshot): Promise<Snapshot> {
    try {
      return await (woken ? this.#newest(pollId, topic) : this.#read(pollId, topic))
    } catch (error) {
      this.#parts.onError(error)
      topic.revision = current.revision
      return current
    }
  }

  async #newest(pollId: string, topic: Topic): Promise<Snapshot> {
    // Until a revision has been heard of, nothing says how old a cached snapshot is.
    const cached = topic.revision < 0 ? undefined : await this.#parts.cache.read(pollId, topic.revision)
    return cached && cached.revision >= topic.revision ? cached : this.#read(pollId, topic)
  }

  async #read(pollId: string, topic: Topic): Promise<Snapshot> {
    const heard = topic.revision
    const read = await this.#parts.source.snapshot(pollId)
    this.#parts.cache.offer(read)
    // A wake that came while reading leads to one more read. One that promised more than there is does not, or it
    // would be read for ever.
    if (topic.revision === heard || topic.revision < read.revision) topic.revision = read.revision
    return read
  }
}
