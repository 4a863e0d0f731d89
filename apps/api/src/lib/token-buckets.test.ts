import { expect, onTestFinished, test, vi } from 'vitest'
import { MemoryTokenBuckets } from './token-buckets.ts'

const setUp = () => {
  const clock = { now: 5_000_000 }
  const buckets = new MemoryTokenBuckets(() => clock.now)
  return { clock, buckets, take: (key = 'a') => buckets.take(key, { burst: 3, perMinute: 6 }) }
}

test('a burst is allowed, and then as many as come back, and a refusal tells how long to wait', () => {
  const { clock, take } = setUp()
  expect([take(), take(), take()]).toEqual([0, 0, 0])
  expect([take(), take()]).toEqual([10_000, 10_000])
  clock.now += 9_999
  expect(take()).toBe(1)
  clock.now += 1
  expect([take(), take()]).toEqual([0, 10_000])
  clock.now += 3_600_000
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 10_000])
})

test('keys have buckets of their own', () => {
  const { take } = setUp()
  for (let n = 0; n < 4; n += 1) take('a')
  expect([take('b'), take('a')]).toEqual([0, 10_000])
})

test('a burst of thousands is exact, whatever the fractions', () => {
  const buckets = new MemoryTokenBuckets(() => 0.1)
  const waits = Array.from({ length: 3001 }, () => buckets.take('a', { burst: 3000, perMinute: 700 }))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(3000)
})

test('full buckets are not kept in memory, also where nobody takes another token', () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const { clock, buckets, take } = setUp()
  const pass = (milliseconds: number) => {
    clock.now += milliseconds
    vi.advanceTimersByTime(milliseconds)
  }
  for (let key = 0; key < 1000; key += 1) take(String(key))
  expect(buckets.size).toBe(1000)
  pass(55_000)
  take('last')
  pass(5_000)
  expect(buckets.size).toBe(1)
  pass(60_000)
  expect(buckets.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  buckets.empty('a', { burst: 3, perMinute: 6 }, 3_600_000)
  pass(3_600_000)
  expect(buckets.size).toBe(1)
  pass(60_000)
  expect(buckets.size).toBe(0)
})

test('a system clock that is set back an hour makes nobody wait longer', () => {
  const buckets = new MemoryTokenBuckets()
  buckets.take('a', { burst: 1, perMinute: 1 })
  const wallClock = Date.now
  try {
    Date.now = () => wallClock() - 3_600_000
    expect(buckets.take('a', { burst: 1, perMinute: 1 })).toBeLessThanOrEqual(60_000)
  } finally {
    Date.now = wallClock
  }
})

test('a bucket is emptied for so long, and filled again', () => {
  const { clock, buckets, take } = setUp()
  buckets.empty('a', { burst: 3, perMinute: 6 }, 3_600_000)
  expect(take()).toBe(3_610_000)
  clock.now += 3_600_000
  expect(take()).toBe(10_000)
  clock.now += 10_000
  expect([take(), take()]).toEqual([0, 10_000])
  buckets.empty('a', { burst: 3, perMinute: 6 }, 0)
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 10_000])
})
