import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { moment, since } from './elapsed.ts'

const HOUR = 3_600_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 10 * HOUR }))
afterEach(() => void vi.useRealTimers())

test('time that passes is measured', () => {
  const start = moment()
  expect(since(start)).toBe(0)
  vi.advanceTimersByTime(20_000)
  expect(since(start)).toBe(20_000)
})

test('a wall clock that is set back takes nothing away', () => {
  const start = moment()
  vi.advanceTimersByTime(20_000)
  vi.setSystemTime(9 * HOUR)
  expect(since(start)).toBe(20_000)
})

test('a sleep in which the monotonic clock stopped is measured', () => {
  const start = moment()
  vi.setSystemTime(11 * HOUR)
  expect(since(start)).toBe(HOUR)
})
