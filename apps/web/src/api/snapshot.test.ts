import type { Snapshot } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { newerOf } from './snapshot.ts'

const snapshot = (revision: number): Snapshot => ({
  pollId: 'abcdefgh',
  revision,
  status: 'open',
  totalVotes: revision,
  choices: [],
})

test('the newer snapshot wins, in whatever order they arrive', () => {
  const [older, newer] = [snapshot(4), snapshot(5)]
  expect(newerOf(older, newer)).toBe(newer)
  expect(newerOf(newer, older)).toBe(newer)
  expect(newerOf(undefined, older)).toBe(older)
})

test('the current snapshot stays the same object when it arrives again, so that nothing is rendered anew', () => {
  const current = snapshot(4)
  expect(newerOf(current, snapshot(4))).toBe(current)
})
