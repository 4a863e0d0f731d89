import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Freshness } from './freshness.ts'
import { ServerClock } from './server-clock.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 5_000_000 }))
afterEach(() => void vi.useRealTimers())

const stamp = (milliseconds: number) => new Date(milliseconds).toISOString()

test('counts from the commit, by the server’s clock, and tells the median', () => {
  const clock = new ServerClock()
  const freshness = new Freshness(clock)
  expect(freshness.note(stamp(5_060_000), 3)).toBeUndefined()
  // The server's clock is a minute ahead: it answered at once.
  clock.note(stamp(5_060_000), 5_000_000)
  expect(freshness.note(stamp(5_059_990), 12)).toBe(22)
  expect(freshness.note(stamp(5_059_990), 300)).toBe(310)
  expect(freshness.note(stamp(5_059_980), 0)).toBe(20)
  expect(freshness.median).toBe(22)
  // A clock that is a little off makes nothing fresher than it was when it was sent.
  expect(freshness.note(stamp(5_060_040), 12)).toBe(12)
})
