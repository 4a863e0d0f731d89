import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { changeTo, currentAt, messageAt, SUBJECT, TestPubSub, TOPIC } from '../../testing/topics.ts'
import { Broker } from './broker.ts'
import type { CurrentMessage, MessageCache, MessageSource } from './message.ts'

const RECHECK_MS = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A store of one topic, at a revision that the test sets. */
class Source implements MessageSource {
  revision = 0
  reads = 0
  /** If set, reads wait for it. */
  gate: Promise<void> | undefined

  async read(topic: string): Promise<CurrentMessage> {
    this.reads += 1
    const current = currentAt(this.revision, topic)
    await this.gate
    return current
  }
}

const setUp = (source = new Source(), cache?: MessageCache) => {
  const pubsub = new TestPubSub()
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const broker = new Broker({ pubsub, source, cache, onError, recheckMs: RECHECK_MS })
  const topic = broker.retain(TOPIC)
  let revision = -1
  /** The next revision that somebody who follows the topic gets to see. */
  const next = async (): Promise<number | undefined> => {
    const message = await topic.next(revision)
    revision = message?.revision ?? revision
    return message?.revision
  }
  return { broker, pubsub, source, errors, topic, next }
}

const sharedCache = () => {
  const stored = new Map<string, CurrentMessage>()
  const cache: MessageCache = {
    put: (message, subjectRevision) => void stored.set(message.topic, { message, subjectRevision }),
    get: async (topic) => stored.get(topic),
  }
  return { stored, cache }
}

const gate = () => {
  let open = () => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { closed, open }
}

test('a subject that each process has for itself is neither told to others, nor asked of the cache, nor put there', async () => {
  const { stored, cache } = sharedCache()
  stored.set(TOPIC, currentAt(9, TOPIC))
  const [pubsub, source] = [new TestPubSub(), new Source()]
  const isLocal = (subject: string) => subject === SUBJECT
  const broker = new Broker({ pubsub, source, cache, isLocal, onError: () => {}, recheckMs: RECHECK_MS })
  const topic = broker.retain(TOPIC)
  await topic.open()
  expect(topic.newest?.revision).toBe(0)
  broker.publish(changeTo(1))
  expect(topic.newest?.revision).toBe(1)
  expect(pubsub.published).toEqual([])
  expect(stored.get(TOPIC)?.message.revision).toBe(9)
})

test('the current message comes first, then each newer one', async () => {
  const { broker, source, topic, next } = setUp()
  source.revision = 3
  await topic.open()
  expect(await next()).toBe(3)
  broker.publish(changeTo(4))
  expect(await next()).toBe(4)
  expect(source.reads).toBe(1)
})

test('an older message that is published late changes nothing', async () => {
  const { broker, topic, next } = setUp()
  await topic.open()
  broker.publish(changeTo(5))
  broker.publish(changeTo(4))
  expect(await next()).toBe(5)
  expect(topic.newest).toEqual(messageAt(5))
})

test('a follower that asks late gets the newest message, and none of those between', async () => {
  const { broker, topic, next } = setUp()
  await topic.open()
  await next()
  for (let revision = 1; revision <= 100; revision += 1) broker.publish(changeTo(revision))
  expect(await next()).toBe(100)
})

test('what is published while the topic is first read is not lost', async () => {
  const { broker, source, topic, next } = setUp()
  const { closed, open } = gate()
  source.gate = closed
  const opened = topic.open()
  broker.publish(changeTo(1))
  open()
  await opened
  expect(await next()).toBe(1)
})

test('a message published here is shown from memory, and its announcement from another process changes nothing', async () => {
  const { broker, pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  broker.publish(changeTo(1))
  pubsub.receive(1)
  expect(await next()).toBe(1)
  const later = next()
  pubsub.receive(1)
  await vi.advanceTimersByTimeAsync(RECHECK_MS / 2)
  expect(source.reads).toBe(1)
  broker.publish(changeTo(2))
  expect(await later).toBe(2)
})

test('an announcement from another process leads to one read, and those during that read to one more', async () => {
  const { pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  const { closed, open } = gate()
  source.gate = closed
  source.revision = 2
  const second = next()
  pubsub.receive(2)
  await vi.advanceTimersByTimeAsync(0)
  source.revision = 5
  for (const revision of [3, 4, 5]) pubsub.receive(revision)
  open()
  expect([await second, await next()]).toEqual([2, 5])
  expect(source.reads).toBe(3)
})

test('a message published here does not wait for the topic to be read again', async () => {
  const { broker, pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  source.gate = new Promise(() => {})
  const newer = next()
  pubsub.receive(2)
  await vi.advanceTimersByTimeAsync(0)
  expect(source.reads).toBe(2)
  broker.publish(changeTo(3))
  expect(await newer).toBe(3)
})

test('a message that was read here before it is published is still announced to others', async () => {
  const { broker, pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  // It is committed, and read because of another node's message, before the answer to its COMMIT has arrived.
  source.revision = 2
  pubsub.receive(1)
  expect(await next()).toBe(2)
  broker.publish(changeTo(2))
  expect(pubsub.published).toEqual([{ subject: SUBJECT, revision: 2 }])
  expect(source.reads).toBe(2)
})

test('news counts from its publish here, from its announcement elsewhere, and from nothing that this view does not show', async () => {
  const { broker, pubsub, topic, source, next } = setUp()
  await topic.open()
  await next()
  topic.takeNews()
  const published = performance.now()
  broker.publish(changeTo(1))
  vi.advanceTimersByTime(10)
  broker.publish(changeTo(2))
  expect(topic.newsAt).toBe(published)
  topic.takeNews()
  expect(topic.newsAt).toBeUndefined()
  expect(await next()).toBe(2)

  // Heard of, and nothing is there that this view shows.
  source.revision = 2
  pubsub.receive(3)
  const following = next()
  await vi.advanceTimersByTimeAsync(50)
  expect(topic.newsAt).toBeUndefined()

  const slow = gate()
  source.gate = slow.closed
  const heard = performance.now()
  pubsub.receive(4)
  source.revision = 4
  await vi.advanceTimersByTimeAsync(30)
  slow.open()
  expect(await following).toBe(4)
  expect(topic.newsAt).toBe(heard)
})

test('what was announced during a read that covers it is old news: the next announcement counts from itself', async () => {
  const { pubsub, topic, source, next } = setUp()
  await topic.open()
  await next()
  topic.takeNews()
  const { closed, open } = gate()
  source.gate = closed
  source.revision = 3
  const covered = next()
  pubsub.receive(2)
  await vi.advanceTimersByTimeAsync(0)
  pubsub.receive(3)
  open()
  expect(await covered).toBe(3)
  topic.takeNews()
  vi.advanceTimersByTime(3000)
  source.revision = 4
  const heard = performance.now()
  pubsub.receive(4)
  expect(await next()).toBe(4)
  expect(topic.newsAt).toBe(heard)
})

test('what is published here before an older announcement was read counts from itself, as does what comes later', async () => {
  const { broker, pubsub, topic, next } = setUp()
  await topic.open()
  await next()
  topic.takeNews()
  pubsub.receive(5)
  for (const revision of [6, 7, 8]) {
    const published = performance.now()
    broker.publish(changeTo(revision))
    expect(topic.newsAt).toBe(published)
    topic.takeNews()
    vi.advanceTimersByTime(4000)
  }
})

test('a lost message is healed by the timeout, which reads the topic again', async () => {
  const { source, topic, next } = setUp()
  await topic.open()
  await next()
  source.revision = 9
  const healed = next()
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(await healed).toBe(9)
})

test('after a gap the topic is read again at once, and once more if it was being read', async () => {
  const { pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  source.revision = 1
  const second = next()
  pubsub.gap()
  expect(await second).toBe(1)

  const { closed, open } = gate()
  source.gate = closed
  source.revision = 2
  const third = next()
  pubsub.gap()
  await vi.advanceTimersByTimeAsync(0)
  source.revision = 3
  pubsub.gap()
  pubsub.gap()
  open()
  expect([await third, await next()]).toEqual([2, 3])
  expect(source.reads).toBe(4)
  pubsub.gap('poll:another')
})

test('an announced revision that does not exist does not make the topic be read for ever', async () => {
  const { pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  const later = next()
  pubsub.receive(100)
  await vi.advanceTimersByTimeAsync(RECHECK_MS / 2)
  expect(source.reads).toBe(2)
  source.revision = 1
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(await later).toBe(1)
})

test('a revision that a client has made up does not keep real messages from being read', async () => {
  const { pubsub, source, topic, next } = setUp()
  await topic.open()
  await next()
  const { closed, open } = gate()
  source.gate = closed
  const later = next()
  const caughtUp = topic.catchUp(999_999)
  await vi.advanceTimersByTimeAsync(0)
  // Committed after that read has begun.
  source.revision = 1
  pubsub.receive(1)
  open()
  await caughtUp
  expect(await later).toBe(1)
  expect(source.reads).toBe(3)
})

test('a topic that can’t be read at first is refused, and one that can’t be read later keeps its message', async () => {
  const { source, errors, topic, broker } = setUp()
  vi.spyOn(source, 'read').mockRejectedValueOnce(new Error('gone'))
  await expect(topic.open()).rejects.toThrow('gone')
  topic.release()
  expect(broker.size).toBe(0)

  const other = setUp()
  await other.topic.open()
  await other.next()
  vi.spyOn(other.source, 'read').mockRejectedValueOnce(new Error('away'))
  other.source.revision = 1
  const later = other.next()
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(other.errors).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(await later).toBe(1)
  expect(errors).toHaveLength(0)
})

test('the last release ends the wait of a follower at once, unsubscribes, and leaves nothing', async () => {
  const { broker, pubsub, topic, next } = setUp()
  expect(broker.retain(TOPIC)).toBe(topic)
  await topic.open()
  await next()
  const waiting = next()
  topic.release()
  expect([broker.size, [...pubsub.subscribed]]).toEqual([1, [SUBJECT]])
  topic.release()
  expect(await waiting).toBeUndefined()
  expect([broker.size, pubsub.subscribed.size, vi.getTimerCount()]).toEqual([0, 0, 0])
})

test('a message on a topic without streams is announced, and nothing is kept of it', () => {
  const { broker, pubsub } = setUp()
  for (let n = 0; n < 1000; n += 1) broker.publish(changeTo(1, `poll:${n}`))
  expect([broker.size, pubsub.published.length]).toEqual([1, 1000])
})

test('nothing replaces the last message of a topic', async () => {
  const { broker, topic } = setUp()
  await topic.open()
  broker.publish({ ...changeTo(1), messageOf: () => ({ ...messageAt(1), last: true }) })
  broker.publish(changeTo(2))
  expect(topic.newest?.revision).toBe(1)
})

test('a shared cache gets what is published and read, and is used instead of the source if it is new enough', async () => {
  const { stored, cache } = sharedCache()
  const { broker, pubsub, source, topic, next } = setUp(new Source(), cache)
  await topic.open()
  await next()
  expect(stored.get(TOPIC)).toEqual(currentAt(0))
  broker.publish(changeTo(1))
  expect(stored.get(TOPIC)).toEqual(currentAt(1))
  await next()

  // Another node publishes, then one whose cache entry got lost.
  stored.set(TOPIC, currentAt(2))
  pubsub.receive(2)
  expect([await next(), source.reads]).toEqual([2, 1])
  source.revision = 3
  pubsub.receive(3)
  expect([await next(), source.reads]).toEqual([3, 2])

  // After a gap nobody knows how old the cache is.
  source.revision = 4
  pubsub.gap()
  expect([await next(), source.reads]).toEqual([4, 3])
})

test('in any order of publishes on two nodes, with any messages lost, both end on the newest and never go back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ node: fc.nat(1), lost: fc.boolean(), late: fc.nat(3) }), { maxLength: 30 }),
      async (votes) => {
        const source = new Source()
        const nodes = [setUp(source), setUp(source)]
        const seen: number[][] = [[], []]
        const following = nodes.map(async ({ topic, next }, index) => {
          await topic.open()
          for (let revision = await next(); revision !== undefined; revision = await next()) seen[index]?.push(revision)
        })
        for (const { node, lost, late } of votes) {
          source.revision += 1
          const change = changeTo(source.revision)
          setTimeout(() => nodes[node]?.broker.publish(change), late)
          if (!lost) setTimeout(() => nodes[1 - node]?.pubsub.receive(change.revision), late + 1)
          await vi.advanceTimersByTimeAsync(1)
        }
        await vi.advanceTimersByTimeAsync(2 * RECHECK_MS)
        for (const revisions of seen) {
          expect(revisions.at(-1)).toBe(source.revision)
          expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
        }
        for (const { topic } of nodes) topic.release()
        await Promise.all(following)
      },
    ),
  )
})
