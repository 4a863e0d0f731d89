import { afterEach, expect, test, vi } from 'vitest'
import { stubStorage } from '../../test/stub-storage.ts'
import { storageOf } from './storage.ts'

afterEach(() => vi.unstubAllGlobals())

test('a value is there for the next page, until it is removed', () => {
  const items = stubStorage()
  storageOf<number[]>('list').write([1, 2])
  expect(storageOf<number[]>('list').read()).toEqual([1, 2])
  storageOf('list').write(undefined)
  expect([storageOf('list').read(), items.size]).toEqual([undefined, 0])
})

test('what is no JSON counts as nothing', () => {
  stubStorage().set('pollcast.list', '{')
  expect(storageOf('list').read()).toBeUndefined()
})

test('where the browser refuses, the value is kept as long as the page is open', () => {
  const refusal = () => {
    throw new DOMException('Not for this page.', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: refusal, setItem: refusal, removeItem: refusal })
  storageOf<string>('text').write('here')
  expect(storageOf('text').read()).toBe('here')
  storageOf('text').write(undefined)
  expect(storageOf('text').read()).toBeUndefined()
})
