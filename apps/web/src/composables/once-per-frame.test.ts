import { afterEach, expect, test, vi } from 'vitest'
import { oncePerFrame } from './once-per-frame.ts'

afterEach(() => vi.unstubAllGlobals())

/** Frames that the test begins. */
function stubFrames() {
  const callbacks: (() => void)[] = []
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => callbacks.push(callback))
  return () => {
    for (const callback of callbacks.splice(0)) callback()
  }
}

test('of many calls in a frame the first acts at once, and the others once when the next frame begins', () => {
  const beginFrame = stubFrames()
  const act = vi.fn()
  const call = oncePerFrame(act)
  for (let calls = 0; calls < 500; calls++) call()
  expect(act).toHaveBeenCalledTimes(1)
  beginFrame()
  expect(act).toHaveBeenCalledTimes(2)
  call()
  expect(act).toHaveBeenCalledTimes(2)
  beginFrame()
  expect(act).toHaveBeenCalledTimes(3)
})

test('after a frame without calls the next one acts at once', () => {
  const beginFrame = stubFrames()
  const act = vi.fn()
  const call = oncePerFrame(act)
  call()
  beginFrame()
  call()
  expect(act).toHaveBeenCalledTimes(2)
})
