import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stubStorage } from '../../../test/stub-storage.ts'
import { createRequestKeys } from './request-keys.ts'

let kept: Map<string, string>
beforeEach(() => {
  kept = stubStorage()
})
afterEach(() => vi.unstubAllGlobals())

test.each([
  ['is unknown (no answer)', 0, true],
  ['is unknown (a proxy answers 200)', 200, true],
  ['is unknown (500)', 500, true],
  ['is unknown (503)', 503, true],
  ['is refused (401)', 401, false],
  ['is refused (422)', 422, false],
])('where the outcome of a request %s, %i, the next attempt has the same key: %s', (_, status, isSame) => {
  const keys = createRequestKeys('472915')
  const first = keys.take('copy abcdefgh')
  keys.settle('copy abcdefgh', { status })
  expect(keys.isOpen('copy abcdefgh')).toBe(isSame)
  expect(keys.take('copy abcdefgh') === first).toBe(isSame)
})

test('a request of unknown outcome is known after a reload, in its own room, until it is settled', () => {
  const first = createRequestKeys('472915').take('codes')
  expect(createRequestKeys('472915').take('codes')).toBe(first)
  expect(createRequestKeys('111111').isOpen('codes')).toBe(false)
  createRequestKeys('472915').settle('codes')
  expect([...kept.keys()]).toEqual([])
})

test('what was done has a new key when it is asked for again, and each request has its own', () => {
  const keys = createRequestKeys('472915')
  const first = keys.take('codes')
  expect(keys.take('copy abcdefgh')).not.toBe(first)
  keys.settle('codes')
  expect(keys.take('codes')).not.toBe(first)
})
