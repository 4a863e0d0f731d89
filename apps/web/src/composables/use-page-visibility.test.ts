import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EffectScope, effectScope, nextTick } from 'vue'

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState })
let scope: EffectScope

beforeEach(() => {
  // What listens takes them when it is loaded.
  vi.resetModules()
  vi.useFakeTimers()
  vi.stubGlobal('window', Object.assign(new EventTarget(), { document: page }))
  vi.stubGlobal('document', page)
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
  vi.resetModules()
})

async function open() {
  const { usePageVisibility } = await import('./use-page-visibility.ts')
  const { noteVoterToken } = await import('../api/voter-token.ts')
  const isVisible = scope.run(usePageVisibility)
  return { isVisible, noteVoterToken }
}

async function set(state: DocumentVisibilityState): Promise<void> {
  page.visibilityState = state
  page.dispatchEvent(new Event('visibilitychange'))
  await nextTick()
}

test('a tab that shares its stream counts as hidden after 30 seconds, and as visible at once', async () => {
  const { isVisible } = await open()
  await set('hidden')
  vi.advanceTimersByTime(29_999)
  expect(isVisible?.value).toBe(true)
  vi.advanceTimersByTime(1)
  expect(isVisible?.value).toBe(false)
  await set('visible')
  expect(isVisible?.value).toBe(true)
})

test('a tab that has become a voter of its own has a stream of its own: it counts as hidden at once', async () => {
  const { isVisible, noteVoterToken } = await open()
  // There is no storage here: no other tab knows it.
  noteVoterToken('token')
  await set('hidden')
  vi.advanceTimersByTime(0)
  expect(isVisible?.value).toBe(false)
})
