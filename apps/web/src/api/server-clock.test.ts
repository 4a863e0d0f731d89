import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerClock } from './server-clock.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const at = (milliseconds: number) => new Date(milliseconds).toISOString()

test('without a word from the server it is this machine’s clock', () => {
  expect(new ServerClock().now()).toBe(1_000_000)
})

test.each([60_000, -60_000])('a clock that is %d ms off is put right, ahead and behind', (offset) => {
  const clock = new ServerClock()
  clock.note(at(1_000_000 + offset))
  expect(clock.now()).toBe(1_000_000 + offset)
  vi.setSystemTime(1_005_000)
  expect(clock.now()).toBe(1_005_000 + offset)
})

test('of several answers the quickest decides', () => {
  const clock = new ServerClock()
  vi.setSystemTime(1_004_000)
  clock.note(at(1_000_000), 1_000_000)
  vi.setSystemTime(1_010_000)
  clock.note(at(1_009_990), 1_009_980)
  vi.setSystemTime(1_020_000)
  clock.note(at(1_017_000), 1_016_000)
  expect(clock.now()).toBe(1_020_000 - 5)
})

test('an event that came late does not put the clock back', () => {
  const clock = new ServerClock()
  clock.note(at(1_000_000))
  vi.setSystemTime(1_003_000)
  clock.note(at(1_001_000))
  expect(clock.now()).toBe(1_003_000)
})

test('a machine whose clock was set begins anew', () => {
  const clock = new ServerClock()
  clock.note(at(1_000_000), 999_990)
  vi.setSystemTime(5_000_000)
  clock.note(at(1_010_000), 4_999_990)
  expect(clock.now()).toBe(1_010_005)
})

test('what is no time changes nothing', () => {
  const clock = new ServerClock()
  clock.note('soon')
  expect(clock.now()).toBe(1_000_000)
})
