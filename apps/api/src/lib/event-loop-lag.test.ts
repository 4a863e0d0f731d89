import { expect, onTestFinished, test, vi } from 'vitest'
import { EventLoopLag } from './event-loop-lag.ts'

const openLag = () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  let now = 0
  const lag = new EventLoopLag(() => now)
  onTestFinished(() => lag.stop())
  /** Lets so much time pass, and runs a tick if one is due by then. */
  const pass = (milliseconds: number, ticks: boolean) => {
    now += milliseconds
    if (ticks) vi.advanceTimersByTime(250)
  }
  return { lag, pass }
}

test('an event loop that turns has no lag', () => {
  const { lag, pass } = openLag()
  for (let n = 0; n < 4; n += 1) pass(250, true)
  expect(lag.milliseconds).toBe(0)
})

test('a blocked event loop is late already before its next tick, after it until the one that is in time', () => {
  const { lag, pass } = openLag()
  pass(1250, false)
  expect(lag.milliseconds).toBe(1000)
  pass(0, true)
  expect(lag.milliseconds).toBe(1000)
  pass(250, true)
  expect(lag.milliseconds).toBe(0)
})
