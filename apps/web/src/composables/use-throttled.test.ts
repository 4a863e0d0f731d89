import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useThrottled } from './use-throttled.ts'

const scope = effectScope()

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 10 * 3_600_000 }))
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

test('a throttled value changes at once, then at most once in the interval, and ends at the last value', async () => {
  const source = shallowRef(0)
  const throttled = scope.run(() => useThrottled(() => source.value, 1_000))
  const set = async (value: number) => {
    source.value = value
    await nextTick()
    return throttled?.value
  }
  expect(await set(1)).toBe(1)
  expect(await set(2)).toBe(1)
  // A wall clock that is set back must not stop it.
  vi.setSystemTime(0)
  expect(await set(3)).toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(throttled?.value).toBe(3)
  expect(await set(4)).toBe(3)
  vi.advanceTimersByTime(1_000)
  expect(throttled?.value).toBe(4)
  vi.advanceTimersByTime(1_000)
  expect(await set(5)).toBe(5)
  expect(await set(6)).toBe(5)
  scope.stop()
  vi.advanceTimersByTime(1_000)
  expect(throttled?.value).toBe(5)
})
