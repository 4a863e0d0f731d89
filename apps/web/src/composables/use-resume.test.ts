import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope, onScopeDispose } from 'vue'

// VueUse's own starts none where another test file has loaded it without a window.
vi.mock('@vueuse/core', async (load) => ({
  ...(await load<object>()),
  useIntervalFn(act: () => void, milliseconds: number) {
    const timer = setInterval(act, milliseconds)
    onScopeDispose(() => clearInterval(timer))
  },
}))

const page = Object.assign(new EventTarget(), { hidden: false })
let scope: EffectScope
let told: string[]

beforeEach(async () => {
  // What listens takes them when it is loaded.
  vi.resetModules()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  vi.stubGlobal('window', Object.assign(new EventTarget(), { document: page }))
  vi.stubGlobal('document', page)
  page.hidden = false
  told = []
  scope = effectScope()
  const { useResume } = await import('./use-resume.ts')
  scope.run(() => useResume({ onChange: () => told.push('change'), onSeen: () => told.push('seen') }))
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.resetModules()
})

const show = (isPersisted: boolean) =>
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: isPersisted }))

test('a network that goes or comes, and a page out of the back-forward cache, are changes', () => {
  show(false)
  expect(told).toEqual([])
  show(true)
  window.dispatchEvent(new Event('offline'))
  window.dispatchEvent(new Event('online'))
  expect(told).toEqual(['change', 'change', 'change'])
})

test('a page that is seen again is told, and not one that is hidden', () => {
  page.hidden = true
  page.dispatchEvent(new Event('visibilitychange'))
  expect(told).toEqual([])
  page.hidden = false
  page.dispatchEvent(new Event('visibilitychange'))
  expect(told).toEqual(['seen'])
})

test('a machine that slept is noticed within two seconds of its waking, and a slow timer is no sleep', () => {
  vi.advanceTimersByTime(60_000)
  vi.setSystemTime(Date.now() + 5_000)
  vi.advanceTimersByTime(2_000)
  expect(told).toEqual([])
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(2_000)
  expect(told).toEqual(['seen'])
})

test('nothing is told once what listened is gone', () => {
  scope.stop()
  show(true)
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(4_000)
  expect(told).toEqual([])
})
