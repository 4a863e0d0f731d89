import { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { newPollId, openNode, SharedSource } from '../../testing/broker-node.ts'
import { redisPrefix, redisUrl } from '../../testing/redis.ts'
import { snapshotAt } from '../../testing/snapshots.ts'
import { TcpProxy } from '../../testing/tcp-proxy.ts'
import { MemorySnapshotCache, type SnapshotCache } from '../live/snapshot-cache.ts'
import { RedisSnapshotCache } from './redis-snapshot-cache.ts'
import { RedisWakeBus } from './redis-wake-bus.ts'

const openRedisCache = async (url: string, prefix: string, onError = (_: Error) => {}): Promise<RedisSnapshotCache> => {
  const cache = new RedisSnapshotCache(url, prefix, { onError })
  onTestFinished(() => cache.close())
  await cache.ready
  return cache
}

const caches: Record<string, () => Promise<SnapshotCache>> = {
  MemorySnapshotCache: async () => new MemorySnapshotCache(),
  RedisSnapshotCache: async () => openRedisCache(await redisUrl(), redisPrefix()),
}

// What live/snapshot-cache.ts demands of every variant.
describe.each(Object.entries(caches))('%s', (_, open) => {
  test('a snapshot is taken only if it is newer', async () => {
    const [cache, pollId] = [await open(), newPollId()]
    cache.hold(pollId)
    expect(cache.offer(snapshotAt(2, pollId))).toBe(true)
    expect(cache.offer(snapshotAt(1, pollId))).toBe(false)
    expect(cache.offer(snapshotAt(2, pollId))).toBe(false)
    expect(await cache.read(pollId, 2)).toEqual(snapshotAt(2, pollId))
    expect(cache.offer(snapshotAt(3, pollId))).toBe(true)
    expect(await cache.read(pollId, 3)).toEqual(snapshotAt(3, pollId))
  })

  test('of a poll that nobody offered nothing is known', async () => {
    const [cache, pollId] = [await open(), newPollId()]
    expect(await cache.read(pollId, 1)).toBeUndefined()
    cache.hold(pollId)
    expect(await cache.read(pollId, 1)).toBeUndefined()
  })

  test('a poll that is not held costs no memory here', async () => {
    const cache = await open()
    for (let poll = 0; poll < 100; poll += 1) expect(cache.offer(snapshotAt(1, newPollId()))).toBe(true)
    expect(cache.size).toBe(0)
  })
})

describe('shared through Redis', () => {
  const setUp = async (nodes = 2) => {
    const [url, prefix, pollId] = [await redisUrl(), redisPrefix(), newPollId()]
    const redis = new Redis(url)
    onTestFinished(() => redis.disconnect())
    const opened = await Promise.all(Array.from({ length: nodes }, () => openRedisCache(url, prefix)))
    const [here, there] = opened
    if (!here || !there) throw new Error('no caches')
    return { url, prefix, pollId, redis, here, there, key: `${prefix}snapshot:${pollId}` }
  }

  test('what one node offers another one reads, be it held there or not', async () => {
    const { here, there, pollId } = await setUp()
    here.offer(snapshotAt(4, pollId))
    await here.settled()
    expect(await there.read(pollId, 4)).toEqual(snapshotAt(4, pollId))
    there.hold(pollId)
    expect(await there.read(pollId, 4)).toEqual(snapshotAt(4, pollId))
  })

  test('nodes that race can’t leave an older snapshot, and what is kept is forgotten after a while', async () => {
    const { here, there, pollId, redis, key } = await setUp()
    for (let revision = 1; revision <= 200; revision += 1) {
      // What one node has last is not what is newest.
      here.offer(snapshotAt(revision, pollId))
      there.offer(snapshotAt(201 - revision, pollId))
      if (revision % 7 === 0) await new Promise(setImmediate)
    }
    here.offer(snapshotAt(50, pollId))
    await Promise.all([here.settled(), there.settled()])
    expect(await redis.hget(key, 'revision')).toBe('200')
    expect(JSON.parse((await redis.hget(key, 'snapshot')) ?? '')).toEqual(snapshotAt(200, pollId))
    expect(await redis.pttl(key)).toBeGreaterThan(0)
    expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
  })

  test('what is in Redis and is no snapshot of this poll counts for nothing', async () => {
    const { here, pollId, redis, key } = await setUp()
    for (const text of ['{', '{}', JSON.stringify(snapshotAt(9, newPollId()))]) {
      await redis.hset(key, 'revision', 9, 'snapshot', text)
      expect(await here.read(pollId, 9)).toBeUndefined()
    }
    await redis.del(key)
    await redis.set(key, 'not a hash')
    expect(await here.read(pollId, 9)).toBeUndefined()
  })

  test('a wake from another node is answered from Redis, without a query', async () => {
    const { url, prefix, pollId, here, there } = await setUp()
    const source = new SharedSource()
    const buses = [here, there].map(() => new RedisWakeBus(url, prefix, { onError: () => {} }))
    onTestFinished(() => Promise.all(buses.map((bus) => bus.close())).then(() => {}))
    const begun = buses.map(
      (bus) =>
        new Promise<void>((resolve) =>
          bus.listen(
            () => {},
            () => resolve(),
          ),
        ),
    )
    const [voting, watching] = [here, there].map((cache, index) => {
      const bus = buses[index]
      if (!bus) throw new Error('no bus')
      return openNode(bus, source, pollId, cache)
    })
    await Promise.all(begun)
    voting?.vote()
    await watching?.shows(1)
    const { reads } = source
    for (let revision = 2; revision <= 50; revision += 1) {
      voting?.vote()
      await watching?.shows(revision)
    }
    expect(source.reads).toBe(reads)
  })

  test('without Redis offering and reading are quick, what is held is known, and it is told once', async () => {
    const [{ proxy, url }, pollId] = [await TcpProxy.before(await redisUrl(), 6379), newPollId()]
    const errors: Error[] = []
    const cache = await openRedisCache(url, redisPrefix(), (error) => errors.push(error))
    cache.hold(pollId)
    for (const away of [() => proxy.stall(), () => proxy.refuse()]) {
      away()
      const start = performance.now()
      for (let revision = 1; revision <= 500; revision += 1) cache.offer(snapshotAt(revision, pollId))
      expect((await cache.read(pollId, 500))?.revision).toBe(500)
      expect((await cache.read(pollId, 501))?.revision).toBe(500)
      expect(await cache.read(newPollId(), 1)).toBeUndefined()
      expect(performance.now() - start).toBeLessThan(500)
    }
    proxy.stall(false)
    proxy.refuse(false)
    await vi.waitFor(async () => {
      const fresh = newPollId()
      cache.offer(snapshotAt(1, fresh))
      await cache.settled()
      expect(await cache.read(fresh, 1)).toEqual(snapshotAt(1, fresh))
    }, 10_000)
    expect(errors.length).toBeLessThanOrEqual(1)
  })
})
