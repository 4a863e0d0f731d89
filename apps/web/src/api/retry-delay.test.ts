import { expect, onTestFinished, test, vi } from 'vitest'
import { restartDelay, retryAfter, retryDelay } from './retry-delay.ts'

test('the first retry is fast, the next ones are slower, and none waits longer than ten seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((failures) => retryDelay(failures, 0, 0))).toEqual([
    400, 800, 1600, 3200, 6400, 6500, 6500,
  ])
  expect(retryDelay(50, 0, 0.999)).toBeLessThan(10_000)
})

test('the random part adds up to a half, and never goes below what the server asked for', () => {
  expect(retryDelay(0, 0, 0.999)).toBeLessThan(600)
  expect(retryDelay(0, 7_000, 0)).toBe(7_000)
})

test('whatever the server or a proxy asks for, nobody waits longer than ten seconds', () => {
  expect(retryDelay(0, 600_000, 0)).toBe(10_000)
  expect(retryDelay(0, 600_000, 0.5)).toBe(9_500)
})

test('while a server restarts, tries are spread over seconds, none waits long, and Retry-After holds', () => {
  expect([0, 0.5, 1].map((random) => restartDelay(0, random))).toEqual([800, 1900, 3000])
  expect(restartDelay(5_000, 0)).toBe(5_000)
  expect(restartDelay(600_000, 0.5)).toBe(9_500)
})

test('Retry-After is read as seconds or as a date', () => {
  expect(retryAfter('7')).toBe(7_000)
  vi.useFakeTimers({ now: Date.parse('Thu, 01 Oct 2026 10:00:00 GMT') })
  onTestFinished(() => void vi.useRealTimers())
  expect(retryAfter('Thu, 01 Oct 2026 10:01:00 GMT')).toBe(60_000)
  expect(retryAfter('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0)
  expect(retryAfter('soon')).toBe(0)
  expect(retryAfter(null)).toBe(0)
})
