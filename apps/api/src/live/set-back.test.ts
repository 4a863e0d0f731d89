import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProcess } from '../../testing/live-process.ts'
import { changeTo, currentAt, SUBJECT, TestPubSub, TOPIC } from '../../testing/topics.ts'
import { Broker } from './broker.ts'
import type { MessageCache } from './message.ts'

const OTHER = 'poll:other/public'
const RECHECK_MS = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const settle = () => vi.advanceTimersByTimeAsync(1000)

/** A process with one stream, at this revision. */
const openAt = async (revision: number) => {
  const node = new LiveProcess()
  node.publish({ revision })
  return { node, ...(await node.join()) }
}

test('a client that has seen more than the store has shows that the store was set back', async () => {
  const { node } = await openAt(3)
  await node.join([TOPIC], 5)
  expect(node.setBacks).toBeGreaterThan(0)
})

test('a node that lags reads first: where the store has what the client saw, nothing was set back', async () => {
  const { node } = await openAt(3)
  // Another node has published it, and its message has not come.
  node.stored.set(TOPIC, currentAt(5).message)
  const { reader } = await node.join([TOPIC], 5)
  expect(reader.names).toEqual(['current'])
  expect(node.setBacks).toBe(0)
})

test('as long as the store can’t be read, nothing shows', async () => {
  const { node } = await openAt(3)
  node.isReadable = false
  await node.join([TOPIC], 5)
  expect(node.setBacks).toBe(0)
})

test('a read that began before is no sign, whatever it finds', async () => {
  const { node } = await openAt(3)
  let answer = () => {}
  node.gate = new Promise((resolve) => {
    answer = resolve
  })
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  node.gate = undefined
  node.publish({ revision: 4 })
  // What the store had when it was asked.
  node.setBack(3)
  answer()
  await vi.advanceTimersByTimeAsync(0)
  expect(node.setBacks).toBe(0)
})

test('a store that is set back under a process is found when a topic is read again', async () => {
  const { node } = await openAt(5)
  node.setBack(3)
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(node.setBacks).toBe(1)
})

test('an old message in the cache is no sign', async () => {
  const cache: MessageCache = { put: () => {}, get: async () => currentAt(2) }
  const onSetBack = vi.fn()
  const source = { read: async () => currentAt(5) }
  const broker = new Broker({ source, cache, onError: () => {}, onSetBack })
  const topic = broker.retain(TOPIC)
  await topic.open()
  topic.announce(5)
  await topic.catchUp(5)
  expect(onSetBack).not.toHaveBeenCalled()
})

test('after a restart every stream has the state that is there, as its first, though its revision is lower', async () => {
  const { node, reader } = await openAt(5)
  const { reader: ofBoth } = await node.join([TOPIC, OTHER])
  node.setBack(3)
  await node.audiences.restart()
  await settle()
  expect(reader.events.map(({ name, revision }) => [name, revision])).toEqual([
    ['snapshot', 5],
    ['snapshot', 3],
  ])
  expect(ofBoth.revisions(TOPIC)).toEqual([5, 3])
  expect(ofBoth.revisions(OTHER)).toEqual([0, 0])
  node.publish()
  await settle()
  expect(reader.revisions()).toEqual([5, 3, 4])
  expect(ofBoth.revisions(TOPIC)).toEqual([5, 3, 4])
  expect(node.counts).toEqual([2, 2])
  await vi.advanceTimersByTimeAsync(RECHECK_MS)
  expect(node.setBacks).toBe(0)
})

test('a slow reader gets the state after the restart once it reads, and nothing of before', async () => {
  const { node, reader } = await openAt(5)
  reader.stall()
  node.publish()
  await settle()
  node.publish()
  node.setBack(3)
  await node.audiences.restart()
  await settle()
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([5, 6, 3])
})

test('a stream that is being opened during the restart gets the state after it last', async () => {
  const { node } = await openAt(5)
  let answer = () => {}
  node.gate = new Promise((resolve) => {
    answer = resolve
  })
  const joining = node.join([OTHER])
  node.gate = undefined
  await node.audiences.restart()
  answer()
  const { reader } = await joining
  await settle()
  expect(reader.revisions(OTHER)).toEqual([0, 0])
  node.publish({ topic: OTHER })
  await settle()
  expect(reader.revisions(OTHER).at(-1)).toBe(1)
})

test('a stream that is changing topics during the restart arrives where it was to go', async () => {
  const { node, stream, reader } = await openAt(5)
  let answer = () => {}
  node.gate = new Promise((resolve) => {
    answer = resolve
  })
  const switching = node.audiences.switchTopic(stream, TOPIC, OTHER)
  node.gate = undefined
  await node.audiences.restart()
  answer()
  await switching
  await settle()
  node.publish({ topic: OTHER })
  node.publish()
  await settle()
  expect(reader.revisions(OTHER).at(-1)).toBe(1)
  expect(reader.revisions(TOPIC)).toEqual([5])
  expect(node.counts).toEqual([1, 1])
})

test('a stream on a topic that is no more is closed', async () => {
  const { node, reader } = await openAt(5)
  node.isReadable = false
  await node.audiences.restart()
  await settle()
  expect(reader.writable.destroyed).toBe(true)
})

test('over a restart a subject stays subscribed to, once, and its topics of before say nothing more', async () => {
  const pubsub = new TestPubSub()
  const onSetBack = vi.fn()
  let stored = 5
  const source = { read: async () => currentAt(stored) }
  const broker = new Broker({ source, pubsub, onError: () => {}, onSetBack })
  const old = broker.retain(TOPIC)
  await old.open()
  stored = 3
  broker.restart()
  const fresh = broker.retain(TOPIC)
  await fresh.open()
  await old.catchUp(6)
  expect(onSetBack).not.toHaveBeenCalled()
  old.release()
  expect([...pubsub.subscribed]).toEqual([SUBJECT])
  broker.publish(changeTo(4))
  expect(fresh.newest?.revision).toBe(4)
  fresh.release()
  expect(pubsub.subscribed.size).toBe(0)
  expect(broker.size).toBe(0)
})
