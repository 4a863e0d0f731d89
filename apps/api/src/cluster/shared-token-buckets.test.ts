import { expect, test } from 'vitest'
import { channelPair } from '../../testing/channel.ts'
import { MemoryTokenBuckets } from '../lib/token-buckets.ts'
import { post } from './ipc.ts'
import { SharedTokenBuckets } from './shared-token-buckets.ts'
import { askPrimary, serveTokenBuckets } from './worker-token-buckets.ts'

const LONG = 60_000

/** Long enough for an answer within this process, even on a busy machine. */
const SHORT = 100

const of = (burst: number) => ({ burst, perMinute: 1 })

test('two workers share their buckets', async () => {
  const buckets = new MemoryTokenBuckets(() => 0)
  const workers = [1, 2].map(() => {
    const [primary, worker] = channelPair()
    serveTokenBuckets(primary, buckets)
    return new SharedTokenBuckets(askPrimary(worker), LONG)
  })
  const waits: number[] = []
  for (let index = 0; index < 8; index += 1) waits.push((await workers[index % 2]?.take('a', of(5))) as number)
  expect(waits).toEqual([0, 0, 0, 0, 0, 60_000, 60_000, 60_000])
})

test('requests that are sent together get their own answers', async () => {
  const [primary, worker] = channelPair()
  serveTokenBuckets(primary, new MemoryTokenBuckets(() => 0))
  const client = new SharedTokenBuckets(askPrimary(worker), LONG)
  const first = ['a', 'b', 'a'].map((key) => client.take(key, of(1)))
  // The next ones come while those are being sent.
  await new Promise(setImmediate)
  const second = ['c', 'b'].map((key) => client.take(key, of(1)))
  expect(await Promise.all([...first, ...second])).toEqual([0, 0, 60_000, 0, 60_000])
})

test('while the primary does not answer, a worker has buckets of its own, and asks it again after it has answered', async () => {
  const [primary, worker] = channelPair()
  const client = new SharedTokenBuckets(askPrimary(worker), SHORT)
  expect(await Promise.all([client.take('a', of(1)), client.take('b', of(1))])).toEqual([0, 0])
  // From now on it does not wait.
  expect(client.take('a', of(1))).toBeGreaterThan(0)

  const received: unknown[] = []
  primary.on('message', (message) => received.push(message))
  const buckets = new MemoryTokenBuckets(() => 0)
  serveTokenBuckets(primary, buckets)
  await post(primary, 'token-buckets', { id: 1, waits: [0, 0] })
  expect(await client.take('a', of(1))).toBe(0)
  expect(buckets.size).toBe(1)
  expect(received).toHaveLength(1)
})

test('a primary that never answered is asked again after a pause, and then counts', async () => {
  const [primary, worker] = channelPair()
  let now = 0
  const client = new SharedTokenBuckets(askPrimary(worker), SHORT, () => now)
  await client.take('a', of(1))

  const buckets = new MemoryTokenBuckets(() => 0)
  serveTokenBuckets(primary, buckets)
  now = 999
  expect(client.take('b', of(1))).toBe(0)
  await new Promise(setImmediate)
  expect(buckets.size).toBe(0)
  now = 1000
  // This one does not wait for the answer. The next ones are counted in the primary.
  expect(client.take('c', of(1))).toBe(0)
  await expect.poll(() => buckets.size).toBe(1)
  await expect.poll(() => client.take('c', of(1)) instanceof Promise).toBe(true)
  expect(await client.take('c', of(1))).toBe(60_000)
})

test('if the primary is gone, a worker has buckets of its own', async () => {
  const client = new SharedTokenBuckets(askPrimary({ on: () => {}, off: () => {} }), LONG)
  expect(await client.take('a', of(1))).toBe(0)
  expect(await client.take('a', of(1))).toBeGreaterThan(0)
})
