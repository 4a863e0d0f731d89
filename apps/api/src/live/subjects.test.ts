import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { messageAt, SUBJECT, TestPubSub } from '../../testing/topics.ts'
import { Broker } from './broker.ts'
import type { Change, CurrentMessage, Message, MessageCache, MessageSource } from './message.ts'

const RECHECK_MS = 10_000
const OPEN = `${SUBJECT}/open`
/** A view that shows only every fourth change of the subject. */
const HIDDEN = `${SUBJECT}/hidden`

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const messageOf = (topic: string, subjectRevision: number): Message =>
  messageAt(topic === HIDDEN ? subjectRevision - (subjectRevision % 4) : subjectRevision, topic)

class Source implements MessageSource {
  /** The subject's revision. */
  revision = 0
  readonly reads: string[] = []

  async read(topic: string): Promise<CurrentMessage> {
    this.reads.push(topic)
    return { message: messageOf(topic, this.revision), subjectRevision: this.revision }
  }
}

class Cache implements MessageCache {
  readonly stored = new Map<string, CurrentMessage>()

  put(message: Message, subjectRevision: number): void {
    this.stored.set(message.topic, { message, subjectRevision })
  }

  async get(topic: string): Promise<CurrentMessage | undefined> {
    return this.stored.get(topic)
  }
}

/** A process whose streams follow these topics. `seen` has the revisions that those of each topic got. */
const follow = async (topics: readonly string[], source = new Source(), cache?: MessageCache) => {
  const pubsub = new TestPubSub()
  const broker = new Broker({ pubsub, source, cache, onError: () => {}, recheckMs: RECHECK_MS })
  const retained = topics.map((name) => broker.retain(name))
  const seen = new Map<string, number[]>()
  const following = retained.map(async (topic) => {
    await topic.open()
    for (let next = await topic.next(-1); next; next = await topic.next(next.revision)) {
      seen.set(topic.name, [...(seen.get(topic.name) ?? []), next.revision])
    }
  })
  await settle()
  source.reads.length = 0
  const stop = () => {
    for (const topic of retained) topic.release()
    return Promise.all(following)
  }
  return { broker, pubsub, source, seen, retained, stop }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

/** A change, and the topics whose messages were asked for. */
const changeTo = (revision: number, cached?: readonly string[]) => {
  const asked: string[] = []
  const change: Change = {
    subject: SUBJECT,
    revision,
    messageOf: (topic) => {
      asked.push(topic)
      return messageOf(topic, revision)
    },
    ...(cached && { cached }),
  }
  return { change, asked }
}

test('a change is made into messages for the views that are open here, and told to others once', async () => {
  const { broker, pubsub, seen, stop } = await follow([OPEN, HIDDEN, 'poll:other/open'])
  const { change, asked } = changeTo(3, [`${SUBJECT}/named`])
  broker.publish(change)
  await settle()
  expect(asked).toEqual([OPEN, HIDDEN])
  expect(pubsub.published).toEqual([{ subject: SUBJECT, revision: 3 }])
  expect(Object.fromEntries(seen)).toEqual({ [OPEN]: [0, 3], [HIDDEN]: [0], 'poll:other/open': [0] })
  await stop()
})

test('with a cache, the messages of open and of named topics are stored, with the revision of the subject', async () => {
  const cache = new Cache()
  const { broker, stop } = await follow([HIDDEN], new Source(), cache)
  const { change, asked } = changeTo(6, [OPEN, HIDDEN])
  broker.publish(change)
  expect(asked.sort()).toEqual([HIDDEN, OPEN])
  expect([...cache.stored.values()]).toEqual([
    { message: messageAt(4, HIDDEN), subjectRevision: 6 },
    { message: messageAt(6, OPEN), subjectRevision: 6 },
  ])
  await stop()
  const nobody = changeTo(7, [OPEN])
  broker.publish(nobody.change)
  expect(nobody.asked).toEqual([OPEN])
})

test('a subject is subscribed to from its first topic to its last', async () => {
  const { broker, pubsub, retained, stop } = await follow([OPEN, HIDDEN])
  const view = broker.retain(`${SUBJECT}/third`)
  expect([broker.size, [...pubsub.subscribed]]).toEqual([3, [SUBJECT]])
  view.release()
  expect(retained.map((topic) => broker.retain(topic.name) === topic)).toEqual([true, true])
  for (const topic of retained) topic.release()
  expect([broker.size, [...pubsub.subscribed]]).toEqual([2, [SUBJECT]])
  await stop()
  expect([broker.size, pubsub.subscribed.size]).toEqual([0, 0])
})

test('an announcement has each open topic of the subject read once, even if the view shows nothing new', async () => {
  const { pubsub, source, seen, stop } = await follow([OPEN, HIDDEN, 'poll:other/open'])
  source.revision = 2
  for (let times = 0; times < 3; times += 1) {
    pubsub.receive(2)
    await settle()
    pubsub.receive(1)
    await settle()
  }
  expect(source.reads).toEqual([OPEN, HIDDEN])
  expect(Object.fromEntries(seen)).toEqual({ [OPEN]: [0, 2], [HIDDEN]: [0], 'poll:other/open': [0] })
  source.revision = 4
  pubsub.receive(4)
  await settle()
  expect(source.reads).toEqual([OPEN, HIDDEN, OPEN, HIDDEN])
  expect(seen.get(HIDDEN)).toEqual([0, 4])
  await stop()
})

test('a process that gets its own message back reads nothing, though a view’s revision is lower', async () => {
  const { broker, pubsub, source, stop } = await follow([OPEN, HIDDEN])
  for (let revision = 1; revision <= 3; revision += 1) {
    broker.publish(changeTo(revision).change)
    pubsub.receive(revision)
    await settle()
  }
  expect(source.reads).toEqual([])
  await stop()
})

test('a topic that was opened after a change is not read again because of its announcement', async () => {
  const source = new Source()
  source.revision = 3
  const { pubsub, stop } = await follow([HIDDEN], source)
  pubsub.receive(3)
  await settle()
  expect(source.reads).toEqual([])
  await stop()
})

test('an announced revision that a hidden view can’t show is not read for ever, nor does it keep later ones from being read', async () => {
  const { pubsub, source, seen, stop } = await follow([HIDDEN])
  pubsub.receive(100)
  await vi.advanceTimersByTimeAsync(RECHECK_MS / 2)
  expect(source.reads).toEqual([HIDDEN])
  source.revision = 4
  pubsub.receive(4)
  await settle()
  expect(seen.get(HIDDEN)).toEqual([0, 4])
  await stop()
})

test('after a gap every open topic of the subject is read, and those of others are not', async () => {
  const { pubsub, source, stop } = await follow([OPEN, HIDDEN, 'poll:other/open'])
  pubsub.gap()
  await settle()
  expect(source.reads).toEqual([OPEN, HIDDEN])
  await stop()
})

test('a message is taken from the cache only if it is as new as the subject, or as the client has seen', async () => {
  const cache = new Cache()
  const source = new Source()
  const { pubsub, seen, retained, stop } = await follow([HIDDEN], source, cache)
  // Others have published 1, and their message has not got into the cache.
  source.revision = 1
  pubsub.receive(1)
  await settle()
  expect(source.reads).toEqual([HIDDEN])
  expect(cache.stored.get(HIDDEN)).toEqual({ message: messageAt(0, HIDDEN), subjectRevision: 1 })

  cache.put(messageAt(0, HIDDEN), 2)
  pubsub.receive(2)
  await settle()
  expect(source.reads).toHaveLength(1)

  // The announcement of 5 was lost, but a client that has seen what it shows has come here.
  cache.put(messageAt(4, HIDDEN), 5)
  await retained[0]?.catchUp(4)
  await settle()
  expect([source.reads.length, seen.get(HIDDEN)]).toEqual([1, [0, 4]])
  source.revision = 8
  await retained[0]?.catchUp(8)
  await settle()
  expect([source.reads.length, seen.get(HIDDEN)]).toEqual([2, [0, 4, 8]])
  await stop()
})

test('in any order of changes on two nodes, with any messages lost, each view ends on its newest and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ node: fc.nat(1), lost: fc.boolean(), late: fc.nat(3) }), { maxLength: 30 }),
      async (changes) => {
        const source = new Source()
        const cache = new Cache()
        const nodes = [await follow([OPEN, HIDDEN], source, cache), await follow([HIDDEN], source, cache)]
        for (const { node, lost, late } of changes) {
          source.revision += 1
          const { change } = changeTo(source.revision, [HIDDEN])
          setTimeout(() => nodes[node]?.broker.publish(change), late)
          if (!lost) for (const { pubsub } of nodes) setTimeout(() => pubsub.receive(change.revision), late + 1)
          await vi.advanceTimersByTimeAsync(1)
        }
        await vi.advanceTimersByTimeAsync(2 * RECHECK_MS)
        for (const { seen } of nodes) {
          for (const [topic, revisions] of seen) {
            expect(revisions.at(-1)).toBe(messageOf(topic, source.revision).revision)
            expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
          }
        }
        await Promise.all(nodes.map(({ stop }) => stop()))
      },
    ),
  )
})
