import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { redisPrefix, redisUrl } from '../../testing/redis.ts'
import { RedisServer } from '../../testing/redis-server.ts'
import { until } from '../../testing/until.ts'
import { redisTokenBuckets } from './redis-token-buckets.ts'
import { SharedTokenBuckets } from './shared-token-buckets.ts'

const SLOW = { burst: 5, perMinute: 0.001 }

const node = async (url: string, prefix: string, errors: Error[] = []) => {
  const { ask, close } = redisTokenBuckets(url, prefix, 'secret', (error) => errors.push(error))
  onTestFinished(close)
  // Until the connection is there, each node counts by itself.
  await expect
    .poll(() =>
      ask([['ready', { burst: 1e6, perMinute: 1e6 }]]).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  return new SharedTokenBuckets(ask)
}

test('nodes share buckets, and Redis is told no address and no voter', async () => {
  const [url, prefix] = [await redisUrl(), redisPrefix()]
  const nodes = [await node(url, prefix), await node(url, prefix)]
  const waits: number[] = []
  for (let n = 0; n < 8; n += 1) waits.push((await nodes[n % 2]?.take('votes 192.0.2.1', SLOW)) ?? -1)
  expect(waits.map((wait) => wait > 0)).toEqual([false, false, false, false, false, true, true, true])
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  const keys = await redis.keys(`${prefix}*`)
  expect(keys.length).toBeGreaterThan(0)
  expect(keys.join(' ')).not.toContain('192.0.2.1')
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0)
})

test('a bucket that one node empties is empty for all, and filled again is full for all', async () => {
  const [url, prefix] = [await redisUrl(), redisPrefix()]
  const [one, other] = [await node(url, prefix), await node(url, prefix)]
  await one.empty('reads 192.0.2.1', SLOW, 3_600_000)
  expect(await other.take('reads 192.0.2.1', SLOW)).toBeGreaterThan(3_590_000)
  await other.empty('reads 192.0.2.1', SLOW, 0)
  expect(await one.take('reads 192.0.2.1', SLOW)).toBe(0)
})

test('while Redis is away each node counts by itself, and says so once', async () => {
  const server = await RedisServer.open()
  const errors: Error[] = []
  const buckets = await node(server.url, 'x:', errors)
  expect(await buckets.take('a', SLOW)).toBe(0)
  await server.kill()
  for (let n = 0; n < 5; n += 1) expect(await buckets.take('a', SLOW)).toBe(0)
  expect(await buckets.take('a', SLOW)).toBeGreaterThan(0)
  await expect.poll(() => errors.length).toBe(1)
})

// Redis does not start with a clock that can be set. What it has kept is moved the other way instead.
const setClock = async (url: string, prefix: string, ms: number) => {
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  for (const key of await redis.keys(`${prefix}*`)) {
    const times = (await redis.get(key))?.split(' ').map((time) => Number(time) - ms) ?? []
    await redis.set(key, times.join(' '))
  }
}

test('where the clock of Redis is set back, limits and blocks go on as if it had not been', async () => {
  const [url, prefix] = [await redisUrl(), redisPrefix()]
  const buckets = await node(url, prefix)
  const bucket = { burst: 5, perMinute: 1 }
  for (let n = 0; n < 5; n += 1) expect(await buckets.take('a', bucket)).toBe(0)
  await buckets.empty('b', bucket, 7_200_000)
  await setClock(url, prefix, -3_600_000)
  const wait = await buckets.take('a', bucket)
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(60_000)
  const blocked = await buckets.take('b', bucket)
  expect(blocked).toBeGreaterThan(7_000_000)
  expect(blocked).toBeLessThanOrEqual(7_260_000)
})

test('after the clock of Redis was set back, what was used up or blocked comes back, though it is asked for all the while', async () => {
  const [url, prefix] = [await redisUrl(), redisPrefix()]
  const buckets = await node(url, prefix)
  const bucket = { burst: 5, perMinute: 240 }
  await until(async () => (await buckets.take('used up', bucket)) > 0)
  await buckets.empty('blocked', bucket, 500)
  await setClock(url, prefix, -3_600_000)
  for (const key of ['used up', 'blocked']) {
    expect(await buckets.take(key, bucket)).toBeGreaterThan(0)
    await until(async () => (await buckets.take(key, bucket)) === 0)
  }
})

test('where the clock of Redis is set ahead, what would be over by then is over at once', async () => {
  const [url, prefix] = [await redisUrl(), redisPrefix()]
  const buckets = await node(url, prefix)
  await until(async () => (await buckets.take('used up', SLOW)) > 0)
  await buckets.empty('blocked', SLOW, 1_000_000_000)
  const before = await buckets.take('blocked', SLOW)
  await setClock(url, prefix, 600_000_000)
  expect(await buckets.take('used up', SLOW)).toBe(0)
  const blocked = await buckets.take('blocked', SLOW)
  expect(blocked).toBeGreaterThan(0)
  expect(blocked).toBeLessThanOrEqual(before - 600_000_000)
})
