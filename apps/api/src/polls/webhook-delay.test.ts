import { expect, test } from 'vitest'
import { isGivenUp, WEBHOOK_TIMEOUT_MS, webhookDelayMs } from './webhook-delay.ts'

/** When each attempt of an event that nobody takes is made, in milliseconds after the event. */
function attempts(): number[] {
  const made: number[] = []
  for (let at = 0; ; ) {
    made.push(at)
    const due = at + webhookDelayMs(made.length - 1)
    if (isGivenUp({ at: new Date(0).toISOString(), dueAt: new Date(due).toISOString() })) return made
    at = due
  }
}

test('what nobody takes is sent again within a quarter of a minute, then less and less often, for most of a day', () => {
  const made = attempts()
  expect(made[1]).toBe(15_000)
  const waits = made.slice(1).map((at, index) => at - (made[index] ?? 0))
  expect(waits).toEqual(waits.toSorted((one, other) => one - other))
  const last = (made.at(-1) ?? 0) / 3_600_000
  expect(last).toBeGreaterThan(20)
  expect(last).toBeLessThanOrEqual(24)
  expect(made.length).toBeLessThan(20)
})

test('the next attempt is never due while one may still be waiting for its answer', () => {
  for (let n = 0; n < 20; n += 1) expect(webhookDelayMs(n)).toBeGreaterThan(WEBHOOK_TIMEOUT_MS)
})
