import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ServerClock } from './server-clock.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const at = (milliseconds: number) => new Date(milliseconds).toISOString()
/** Lets time pass, by both of the machine's clocks. */
const passUntil = (milliseconds: number) => vi.advanceTimersByTime(milliseconds - Date.now())

test('without a word from the server it is this machine’s clock', () => {
  expect(new ServerClock().now()).toBe(1_000_000)
})

test.each([60_000, -60_000])('a clock that is %d ms off is put right, ahead and behind', (offset) => {
  const clock = new ServerClock()
  clock.note(at(1_000_000 + offset))
  expect(clock.now()).toBe(1_000_000 + offset)
  passUntil(1_005_000)
  expect(clock.now()).toBe(1_005_000 + offset)
})

test('of several answers the quickest decides', () => {
  const clock = new ServerClock()
  passUntil(1_004_000)
  clock.note(at(1_000_000), 1_000_000)
  passUntil(1_010_000)
  clock.note(at(1_009_990), 1_009_980)
  passUntil(1_020_000)
  clock.note(at(1_017_000), 1_016_000)
  expect(clock.now()).toBe(1_020_000 - 5)
})

test('an event that came late does not put the clock back', () => {
  const clock = new ServerClock()
  clock.note(at(1_000_000))
  passUntil(1_003_000)
  clock.note(at(1_001_000))
  expect(clock.now()).toBe(1_003_000)
})

/** The two are as one: what was asked and answered took no time. */
function known(): ServerClock {
  const clock = new ServerClock()
  clock.note(at(1_000_000), 1_000_000)
  return clock
}

test('a machine’s clock that is set back changes nothing', () => {
  const clock = known()
  passUntil(1_010_000)
  vi.setSystemTime(400_000)
  expect(clock.now()).toBe(1_010_000)
  clock.note(at(1_010_000))
  expect(clock.now()).toBe(1_010_000)
})

test('a machine’s clock that is set ahead, or ran on while it slept, is put right by the next event', () => {
  const clock = known()
  vi.setSystemTime(5_000_000)
  expect(clock.now()).toBe(5_000_000)
  clock.note(at(1_010_000))
  expect([clock.now(), clock.isKnown, clock.resets.value]).toEqual([1_010_000, false, 1])
  clock.note(at(1_010_000), clock.localNow() - 20)
  expect([clock.now(), clock.isKnown]).toEqual([1_010_010, true])
})

test('an answer that was asked for before the clock was set is no bound', () => {
  const clock = known()
  const askedAt = clock.localNow()
  vi.setSystemTime(5_000_000)
  clock.note(at(1_000_100), askedAt)
  expect(clock.now()).toBe(1_000_100)
})

test.each([3_600_000, -3_600_000])('a server whose clock is set by %d ms is followed from its next event on', (set) => {
  const clock = new ServerClock()
  clock.note(at(1_000_000))
  passUntil(1_010_000)
  clock.note(at(1_010_000 + set))
  expect(clock.now()).toBe(1_010_000 + set)
})

test('what is no time changes nothing', () => {
  const clock = new ServerClock()
  clock.note('soon')
  expect(clock.now()).toBe(1_000_000)
})
