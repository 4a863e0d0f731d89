import { expect, test } from 'vitest'
import { growthOf } from './flatness.ts'

const MINUTES = 60
const perMinute = (value: (minute: number) => number) => Array.from({ length: MINUTES }, (_, minute) => value(minute))
/** The same for each minute, and never two in a row alike. */
const noise = (minute: number) => ((minute * 7) % 5) - 2
const median = { of: 'median', slack: 5 } as const
const low = { of: 'low', slack: 5 } as const

test('what stays as it is has not grown', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => 100 + noise(minute)),
    ),
  ).toEqual({ from: 100, to: 100, grew: false })
})

test('a leak has grown, however slow, once it is more than the slack', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => 100 + minute + noise(minute)),
    ).grew,
  ).toBe(true)
  expect(
    growthOf(
      median,
      perMinute((minute) => 100 + minute / 5 + noise(minute)),
    ).grew,
  ).toBe(false)
})

test('what grows until the server has warmed up has not grown', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => 100 + 10 * Math.min(minute, 10)),
    ).grew,
  ).toBe(false)
})

test('a step in the second half has grown', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => (minute < 40 ? 100 : 130)),
    ).grew,
  ).toBe(true)
})

test('what falls has not grown', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => 200 - minute),
    ).grew,
  ).toBe(false)
})

test('a sawtooth has grown only if its lows have', () => {
  const tooth = (minute: number) => 10 * (minute % 8)
  expect(
    growthOf(
      low,
      perMinute((minute) => 50 + tooth(minute)),
    ).grew,
  ).toBe(false)
  expect(
    growthOf(
      low,
      perMinute((minute) => 50 + minute / 2 + tooth(minute)),
    ).grew,
  ).toBe(true)
})

test('one value that sticks out is no growth', () => {
  for (const of of ['low', 'median', 'high'] as const) {
    expect(
      growthOf(
        { of, slack: 5 },
        perMinute((minute) => (minute === 50 ? 900 : 100)),
      ).grew,
      of,
    ).toBe(false)
  }
})

test('of a log, it is growth if it grows faster', () => {
  const added = { of: 'added', slack: 5 } as const
  expect(
    growthOf(
      added,
      perMinute((minute) => 10 * minute),
    ),
  ).toEqual({ from: 140, to: 140, grew: false })
  expect(
    growthOf(
      added,
      perMinute((minute) => minute ** 2),
    ).grew,
  ).toBe(true)
})

test('what is large may differ by a tenth', () => {
  expect(
    growthOf(
      median,
      perMinute((minute) => (minute < 40 ? 1000 : 1090)),
    ).grew,
  ).toBe(false)
  expect(
    growthOf(
      median,
      perMinute((minute) => (minute < 40 ? 1000 : 1110)),
    ).grew,
  ).toBe(true)
})

test('what could not be measured counts as grown', () => {
  expect(
    growthOf(
      median,
      perMinute(() => Number.NaN),
    ).grew,
  ).toBe(true)
  expect(growthOf(median, []).grew).toBe(true)
})
