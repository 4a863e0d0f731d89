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

test('the newer snapshot is held, whatever the order in which they arrive', () => {
  const [older, newer] = [snapshot(4), snapshot(5)]
  expect(newerOf(older, newer)).toBe(newer)
  expect(newerOf(newer, older)).toBe(newer)
  expect(newerOf(undefined, older)).toBe(older)
})

test('what is held stays the same object when it arrives once more, so that nothing is painted anew', () => {
  const held = snapshot(4)
  expect(newerOf(held, snapshot(4))).toBe(held)
})
