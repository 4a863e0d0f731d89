import { expect, test } from 'vitest'
import { MemoryRateCounter } from './rate-counter.ts'

const setUp = () => {
  const clock = { now: 5_000_000 }
  const counter = new MemoryRateCounter(() => clock.now)
  return { clock, counter, charge: (key = 'a') => counter.charge(key, 3) }
}

test('requests within the limit are allowed, and the next one is told how long to wait', () => {
  const { clock, charge } = setUp()
  expect([charge(), charge(), charge()]).toEqual([0, 0, 0])
  clock.now += 20_000
  expect([charge(), charge()]).toEqual([40_000, 40_000])
  clock.now += 39_999
  expect(charge()).toBe(1)
  clock.now += 1
  expect([charge(), charge(), charge(), charge()]).toEqual([0, 0, 0, 60_000])
})

test('keys are counted separately', () => {
  const { charge } = setUp()
  for (let index = 0; index < 4; index += 1) charge('a')
  expect([charge('b'), charge('a')]).toEqual([0, 60_000])
})

test('keys are removed from memory after their minute', () => {
  const { clock, counter, charge } = setUp()
  for (let key = 0; key < 1000; key += 1) {
    charge(String(key))
    clock.now += 100
  }
  expect(counter.size).toBeLessThanOrEqual(601)
  clock.now += 60_000
  charge('last')
  expect(counter.size).toBe(1)
})

test('a system clock that is set back an hour makes nobody wait longer', async () => {
  const counter = new MemoryRateCounter()
  counter.charge('a', 1)
  const wallClock = Date.now
  try {
    Date.now = () => wallClock() - 3_600_000
    expect(counter.charge('a', 1)).toBeLessThanOrEqual(60_000)
  } finally {
    Date.now = wallClock
  }
})
