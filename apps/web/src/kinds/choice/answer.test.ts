import type { Snapshot } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { snapshot } from '../../../test/snapshot.ts'
import { isSameAnswer, withPendingVote } from './answer.ts'

const numbers = ({ choices, voters }: Snapshot) => [...choices.map(({ votes }) => votes), voters]

const sentOn = (base: Snapshot, ...sent: number[]) => ({ wanted: sent, sent, base })

test('a first vote is added to the snapshot it was sent on', () => {
  const base = snapshot(7, 3, 4)
  expect(numbers(withPendingVote(base, [], sentOn(base, 2)))).toEqual([3, 5, 8])
})

test('a changed vote leaves the total as it is', () => {
  const base = snapshot(7, 3, 4)
  expect(numbers(withPendingVote(base, [1], sentOn(base, 2)))).toEqual([2, 5, 7])
})

test('of several choices only the changed ones move, and the ballot counts once', () => {
  const base = snapshot(7, 3, 4, 5)
  expect(numbers(withPendingVote(base, [], sentOn(base, 1, 3)))).toEqual([4, 4, 6, 13])
  expect(numbers(withPendingVote(base, [1, 2], sentOn(base, 2, 3)))).toEqual([2, 4, 6, 12])
})

test('a vote is added to a newer snapshot too, as long as its choice has no more votes', () => {
  const pending = sentOn(snapshot(7, 3, 4), 2)
  expect(numbers(withPendingVote(snapshot(8, 4, 4), [], pending))).toEqual([4, 5, 9])
})

test('nothing is added to a newer snapshot whose choice has more votes: it may include the vote', () => {
  const newer = snapshot(8, 3, 5)
  expect(withPendingVote(newer, [], sentOn(snapshot(7, 3, 4), 2))).toBe(newer)
})

test('with several choices all of them must have more votes', () => {
  const pending = sentOn(snapshot(7, 0, 0, 0), 1, 2)
  expect(numbers(withPendingVote(snapshot(8, 1, 0, 0), [], pending))).toEqual([2, 1, 0, 2])
  expect(numbers(withPendingVote(snapshot(8, 1, 1, 0), [], pending))).toEqual([1, 1, 0, 2])
})

test('a choice that is only removed is subtracted once, whether the newer snapshot includes that or not', () => {
  const pending = sentOn(snapshot(7, 2, 2), 1)
  expect(withPendingVote(snapshot(8, 3, 2), [1, 2], pending).choices.map(({ votes }) => votes)).toEqual([3, 1])
  expect(withPendingVote(snapshot(8, 2, 1), [1, 2], pending).choices.map(({ votes }) => votes)).toEqual([2, 1])
})

test('a vote that changes while pending moves from the ballot that the snapshot includes', () => {
  const pending = { wanted: [2], sent: [1], base: snapshot(7, 0, 0) }
  expect(numbers(withPendingVote(snapshot(7, 0, 0), [], pending))).toEqual([0, 1, 1])
  expect(numbers(withPendingVote(snapshot(8, 1, 0), [], pending))).toEqual([0, 1, 1])
})

test('the order of choices makes no difference', () => {
  expect(isSameAnswer([1, 3], [3, 1])).toBe(true)
  expect(isSameAnswer([1, 3], [1])).toBe(false)
  expect(isSameAnswer([1], [3])).toBe(false)
})
