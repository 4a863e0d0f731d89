import { Redis } from 'ioredis'
import { expect, onTestFinished, test, vi } from 'vitest'
import { newSubject, openNode, SharedSource } from '../../testing/broker-node.ts'
import { redisPrefix, redisUrl } from '../../testing/redis.ts'
import { TcpProxy } from '../../testing/tcp-proxy.ts'
import { currentAt, messageAt, TestPubSub } from '../../testing/topics.ts'
import { RedisMessageCache } from './redis-message-cache.ts'

const EPOCH = 'epoch1'

/** A topic that no other test knows. */
const newTopic = () => `${newSubject()}/public`

const openCache = async (url: string, prefix: string, options = {}): Promise<RedisMessageCache> => {
  const cache = new RedisMessageCache(url, prefix, { onError: () => {}, epoch: () => EPOCH, ...options })
  onTestFinished(() => cache.close())
  await cache.ready
  return cache
}

/** The caches of two nodes on one Redis, and a connection to check what is stored. */
const setUp = async () => {
  const [url, prefix, topic] = [await redisUrl(), redisPrefix(), newTopic()]
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  const [here, there] = [await openCache(url, prefix), await openCache(url, prefix)]
  return { url, prefix, topic, redis, here, there, key: `${prefix}message:${EPOCH}:${topic}` }
}

test('a message of another epoch is not found: the same revision was something else then', async () => {
  const { url, prefix, topic, here } = await setUp()
  here.put(messageAt(9, topic), 9)
  await here.settled()
  const later = await openCache(url, prefix, { epoch: () => 'epoch2' })
  expect(await later.get(topic)).toBeUndefined()
})

test('a message is stored only if it is newer, for every node', async () => {
  const { here, there, topic } = await setUp()
  expect(await here.get(topic)).toBeUndefined()
  for (const revision of [2, 1]) {
    here.put(messageAt(revision, topic), revision)
    await here.settled()
    expect(await there.get(topic)).toEqual(currentAt(2, topic))
  }
  there.put(messageAt(3, topic), 3)
  await there.settled()
  expect(await here.get(topic)).toEqual(currentAt(3, topic))
})

test('a message that has not changed is stored with the newest revision of its subject', async () => {
  const { here, there, topic } = await setUp()
  for (const subjectRevision of [4, 6, 5]) here.put(messageAt(2, topic), subjectRevision)
  await here.settled()
  expect(await there.get(topic)).toEqual({ message: messageAt(2, topic), subjectRevision: 6 })
  there.put(messageAt(2, topic), 7)
  there.put(messageAt(2, topic), 5)
  await there.settled()
  expect(await here.get(topic)).toEqual({ message: messageAt(2, topic), subjectRevision: 7 })
})

test('a message is read back with all its fields, such as its opening, and whether it is the last', async () => {
  const { here, there, topic } = await setUp()
  const opening = { event: 'room', since: 4, json: '"room"' }
  const message = { topic, revision: 5, id: 'a.b.5', event: 'end', json: '{"reason":"deleted"}', opening, last: true }
  here.put(message, 8)
  await here.settled()
  expect(await there.get(topic)).toEqual({ message, subjectRevision: 8 })
})

test('nodes that race can’t leave an older message, and stored messages expire', async () => {
  const { here, there, topic, redis, key } = await setUp()
  for (let revision = 1; revision <= 200; revision += 1) {
    // The message that is stored last is not the newest one.
    here.put(messageAt(revision, topic), revision)
    there.put(messageAt(201 - revision, topic), 201 - revision)
    if (revision % 7 === 0) await new Promise(setImmediate)
  }
  here.put(messageAt(50, topic), 50)
  await Promise.all([here.settled(), there.settled()])
  expect(await redis.hget(key, 'subjectRevision')).toBe('200')
  expect(JSON.parse((await redis.hget(key, 'record')) ?? '')).toEqual(currentAt(200, topic))
  expect(await redis.pttl(key)).toBeGreaterThan(0)
  expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
})

test('anything in Redis that is not a message of the topic is ignored', async () => {
  const { here, topic, redis, key } = await setUp()
  const message = messageAt(9, topic)
  const foreign = [
    messageAt(9, newTopic()),
    { ...message, event: 'two\nlines' },
    { ...message, id: 'two\nlines' },
    { ...message, more: 1 },
  ]
  const records = foreign.map((one) => ({ message: one, subjectRevision: 9 }))
  for (const text of ['{', '{}', ...[...records, message, { message }].map((one) => JSON.stringify(one))]) {
    await redis.hset(key, 'subjectRevision', 9, 'record', text)
    expect(await here.get(topic)).toBeUndefined()
  }
  await redis.del(key)
  await redis.set(key, 'not a hash')
  expect(await here.get(topic)).toBeUndefined()
})

test('a message from another node is answered from Redis, without reading the source', async () => {
  const { url, prefix, here } = await setUp()
  const subject = newSubject()
  const topic = `${subject}/public`
  const [source, pubsub] = [new SharedSource(), new TestPubSub()]
  // Long, for a busy machine: after a timeout the source would be read.
  const there = await openCache(url, prefix, { timeoutMs: 10_000 })
  const node = openNode(pubsub, source, subject, there)
  await node.shows(0)
  for (let revision = 1; revision <= 50; revision += 1) {
    here.put(messageAt(revision, topic), revision)
    await here.settled()
    pubsub.receive(revision, subject)
    await node.shows(revision)
  }
  expect(source.reads).toBe(1)
})

test('without Redis, putting and getting wait for no answer and throw nothing, and the outage is reported once', async () => {
  const { proxy, url } = await TcpProxy.before(await redisUrl(), 6379)
  const errors: Error[] = []
  const cache = await openCache(url, redisPrefix(), { onError: (error: Error) => errors.push(error) })
  const topic = newTopic()
  for (const breakOff of [() => proxy.stall(), () => proxy.refuse()]) {
    breakOff()
    for (let revision = 1; revision <= 500; revision += 1) cache.put(messageAt(revision, topic), revision)
    expect(await cache.get(topic)).toBeUndefined()
    expect(await cache.get(newTopic())).toBeUndefined()
  }
  proxy.stall(false)
  proxy.refuse(false)
  await vi.waitFor(async () => {
    const fresh = newTopic()
    cache.put(messageAt(1, fresh), 1)
    await cache.settled()
    expect(await cache.get(fresh)).toEqual(currentAt(1, fresh))
  }, 120_000)
  expect(errors.length).toBeLessThanOrEqual(1)
})
