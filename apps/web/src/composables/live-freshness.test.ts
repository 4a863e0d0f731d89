import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'

// What is measured stays in the module: other files' tests get another one.
vi.resetModules()
afterAll(() => void vi.resetModules())
const { serverClock } = await import('../api/server-clock.ts')
const { listenToFreshness, notePainted } = await import('./live-freshness.ts')

const page = Object.assign(new EventTarget(), { hidden: false })
let frames: (() => void)[] = []
let measured: number[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => void frames.push(draw))
  frames = []
  measured = []
  // The first after the clock was faked is of a machine whose clock was set.
  for (let time = 1; time <= 2; time++) serverClock.note(new Date().toISOString(), serverClock.localNow())
  listenToFreshness((milliseconds) => measured.push(milliseconds))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const update = () => notePainted(new Date().toISOString(), 7)

function setHidden(hidden: boolean): void {
  page.hidden = hidden
  page.dispatchEvent(new Event('visibilitychange'))
}

function paint(): void {
  for (const draw of frames.splice(0)) draw()
  vi.runAllTimers()
}

test('an update is noted when it has been painted', () => {
  update()
  expect(measured).toEqual([])
  vi.advanceTimersByTime(16)
  paint()
  expect(measured).toEqual([23])
})

test('a tab that is hidden notes nothing, also not when it is seen again', () => {
  setHidden(true)
  update()
  vi.advanceTimersByTime(60_000)
  setHidden(false)
  paint()
  expect(measured).toEqual([])
})

test('an update that a tab is hidden before it has painted is not noted, and the next one is', () => {
  update()
  setHidden(true)
  vi.advanceTimersByTime(60_000)
  setHidden(false)
  paint()
  expect(measured).toEqual([])
  update()
  paint()
  expect(measured).toEqual([7])
})
