import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope, nextTick, type Ref, shallowRef } from 'vue'
import { serverClock } from '../api/server-clock.ts'
import { useCountdown } from './use-countdown.ts'

let scope: EffectScope

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function countDown(seconds: number) {
  const closesAt = shallowRef<string | null>(inSeconds(seconds))
  return { closesAt, left: scope.run(() => useCountdown(() => closesAt.value)) as Readonly<Ref<number | undefined>> }
}

const inSeconds = (seconds: number) => new Date(serverClock.now() + seconds * 1000).toISOString()

test('counts whole seconds down to 0 and stops', () => {
  const { left } = countDown(3)
  const seen = [left.value]
  for (let second = 0; second < 4; second++) {
    vi.advanceTimersByTime(1_000)
    seen.push(left.value)
  }
  expect(seen).toEqual([3, 2, 1, 0, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('after a sleep it is right at once', () => {
  const { left } = countDown(100)
  vi.setSystemTime(Date.now() + 90_000)
  vi.advanceTimersByTime(1_000)
  expect(left.value).toBe(9)
})

test('does not go up when the server’s clock turns out to be behind', () => {
  const { left } = countDown(10)
  vi.advanceTimersByTime(2_000)
  const now = Date.now() - 5_000
  vi.spyOn(serverClock, 'now').mockImplementation(() => now)
  vi.advanceTimersByTime(1_000)
  expect(left.value).toBe(8)
})

test('goes on with the right time once a clock was set, and the server has said what time it is', async () => {
  serverClock.note(new Date(Date.now()).toISOString(), serverClock.localNow())
  const { closesAt, left } = countDown(300)
  const told = Date.now()
  vi.setSystemTime(told + 3_600_000)
  vi.advanceTimersByTime(1_000)
  expect(left.value).toBe(0)
  serverClock.note(new Date(told + 1_000).toISOString())
  await nextTick()
  expect(left.value).toBe(299)
  closesAt.value = null
  await nextTick()
  vi.setSystemTime(told)
  serverClock.note(new Date(told).toISOString())
})

test('more time counts from there, and no time at all is undefined', async () => {
  const { closesAt, left } = countDown(5)
  closesAt.value = inSeconds(35)
  await nextTick()
  expect(left.value).toBe(35)
  closesAt.value = null
  await nextTick()
  expect([left.value, vi.getTimerCount()]).toEqual([undefined, 0])
})
