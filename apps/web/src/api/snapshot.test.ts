import { expect, test } from 'vitest'
import { snapshot } from '../../test/snapshot.ts'
import { newerOf } from './snapshot.ts'

test('the newer snapshot wins, in whatever order they arrive', () => {
  const [older, newer] = [snapshot(4), snapshot(5)]
  expect(newerOf(older, newer)).toBe(newer)
  expect(newerOf(newer, older)).toBe(newer)
  expect(newerOf(undefined, older)).toBe(older)
})

test('another view replaces what is shown, whatever its revision', () => {
  const [shown, other] = [snapshot(5), { ...snapshot(2), view: 'voted' as const }]
  expect(newerOf(shown, other)).toBe(other)
  expect(newerOf(other, snapshot(1))).toMatchObject({ view: 'public', revision: 1 })
})

test('the current snapshot stays the same object when it arrives again, so that nothing is rendered anew', () => {
  const current = snapshot(4)
  expect(newerOf(current, snapshot(4))).toBe(current)
})

test('a snapshot of another epoch replaces what is shown, and answers without one count as of the one that is shown', () => {
  const shown = { ...snapshot(9), epoch: 'E1' }
  const restored = { ...snapshot(3), epoch: 'E2' }
  expect(newerOf(shown, restored)).toBe(restored)
  expect(newerOf(restored, snapshot(4))).toEqual({ ...snapshot(4), now: expect.any(String), epoch: 'E2' })
  expect(newerOf(restored, snapshot(2))).toBe(restored)
  expect(newerOf(snapshot(3), restored)).toMatchObject({ epoch: 'E2', revision: 3 })
})
