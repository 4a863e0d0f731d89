import type { Snapshot } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { isSameBallot, withPendingVote } from './ballot.ts'

const snapshot = (revision: number, ...votes: number[]): Snapshot => ({
  pollId: 'abcdefgh',
  revision,
  status: 'open',
  totalVotes: votes.reduce((sum, count) => sum + count, 0),
  choices: votes.map((count, index) => ({ id: index + 1, text: `Choice ${index + 1}`, votes: count })),
})
const numbers = ({ choices, totalVotes }: Snapshot) => [...choices.map(({ votes }) => votes), totalVotes]

test('a first vote is added to the snapshot it was cast upon', () => {
  const shown = withPendingVote(snapshot(7, 3, 4), [], { choiceIds: [2], revision: 7 })
  expect(numbers(shown)).toEqual([3, 5, 8])
})

test('a vote that moves leaves the total as it is', () => {
  const shown = withPendingVote(snapshot(7, 3, 4), [1], { choiceIds: [2], revision: 7 })
  expect(numbers(shown)).toEqual([2, 5, 7])
})

test('of several choices only those that differ move, and the ballot counts once', () => {
  expect(numbers(withPendingVote(snapshot(7, 3, 4, 5), [], { choiceIds: [1, 3], revision: 7 }))).toEqual([4, 4, 6, 13])
  expect(numbers(withPendingVote(snapshot(7, 3, 4, 5), [1, 2], { choiceIds: [2, 3], revision: 7 }))).toEqual([
    2, 4, 6, 12,
  ])
})

test('nothing is added to a newer snapshot, which may hold the vote already', () => {
  const newer = snapshot(8, 3, 5)
  expect(withPendingVote(newer, [], { choiceIds: [2], revision: 7 })).toBe(newer)
})

test('a snapshot with no vote pending is shown as it is', () => {
  const held = snapshot(8, 3, 5)
  expect(withPendingVote(held, [2], undefined)).toBe(held)
})

test('the order of picking makes no other ballot', () => {
  expect(isSameBallot([1, 3], [3, 1])).toBe(true)
  expect(isSameBallot([1, 3], [1])).toBe(false)
  expect(isSameBallot([1], [3])).toBe(false)
})
