import { expect, test } from 'vitest'
import { channelPair } from '../../testing/channel.ts'
import { MemoryRateCounter } from '../lib/rate-counter.ts'
import { post } from './ipc.ts'
import { RateCounterClient } from './rate-counter-client.ts'
import { serveRateCounter } from './rate-counter-server.ts'

const LONG = 60_000

/** Long enough for an answer within this process, even on a busy machine. */
const SHORT = 100

test('two workers share one count', async () => {
  const counter = new MemoryRateCounter(() => 0)
  const workers = [1, 2].map(() => {
    const [primary, worker] = channelPair()
    serveRateCounter(primary, counter)
    return new RateCounterClient(worker, LONG)
  })
  const waits: number[] = []
  for (let index = 0; index < 8; index += 1) waits.push((await workers[index % 2]?.charge('a', 5)) as number)
  expect(waits).toEqual([0, 0, 0, 0, 0, 60_000, 60_000, 60_000])
})

test('requests that are sent together get their own answers', async () => {
  const [primary, worker] = channelPair()
  serveRateCounter(primary, new MemoryRateCounter(() => 0))
  const client = new RateCounterClient(worker, LONG)
  const first = ['a', 'b', 'a'].map((key) => client.charge(key, 1))
  // The next ones come while those are being sent.
  await new Promise(setImmediate)
  const second = ['c', 'b'].map((key) => client.charge(key, 1))
  expect(await Promise.all([...first, ...second])).toEqual([0, 0, 60_000, 0, 60_000])
})

test('while the primary does not answer, a worker counts by itself, and asks it again after it has answered', async () => {
  const [primary, worker] = channelPair()
  const client = new RateCounterClient(worker, SHORT)
  expect(await Promise.all([client.charge('a', 1), client.charge('b', 1)])).toEqual([0, 0])
  // From now on it does not wait.
  expect(client.charge('a', 1)).toBeGreaterThan(0)

  const received: unknown[] = []
  primary.on('message', (message) => received.push(message))
  const counter = new MemoryRateCounter(() => 0)
  serveRateCounter(primary, counter)
  await post(primary, 'rate-limits', { id: 1, waits: [0, 0] })
  expect(await client.charge('a', 1)).toBe(0)
  expect(counter.size).toBe(1)
  expect(received).toHaveLength(1)
})

test('a primary that never answered is asked again after a pause, and then counts', async () => {
  const [primary, worker] = channelPair()
  let now = 0
  const client = new RateCounterClient(worker, SHORT, () => now)
  await client.charge('a', 1)

  const counter = new MemoryRateCounter(() => 0)
  serveRateCounter(primary, counter)
  now = 999
  expect(client.charge('b', 1)).toBe(0)
  await new Promise(setImmediate)
  expect(counter.size).toBe(0)
  now = 1000
  // This one does not wait for the answer. The next ones are counted in the primary.
  expect(client.charge('c', 1)).toBe(0)
  await expect.poll(() => client.charge('c', 1)).toBe(60_000)
  expect(counter.size).toBe(1)
})

test('if the primary is gone, a worker counts by itself', async () => {
  const client = new RateCounterClient({ on: () => {}, off: () => {} }, LONG)
  expect(await client.charge('a', 1)).toBe(0)
  expect(await client.charge('a', 1)).toBeGreaterThan(0)
})
