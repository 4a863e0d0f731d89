import { expect, test } from 'vitest'
import { VotesAMinute } from './votes-a-minute.ts'

test('counts who has voted in the last minute, and forgets those before', () => {
  const votes = new VotesAMinute()
  votes.add(100, 0)
  expect(votes.at(0)).toBe(0)
  votes.add(110, 10_000)
  votes.add(138, 30_000)
  expect(votes.at(30_000)).toBe(38)
  expect(votes.at(69_999)).toBe(38)
  expect(votes.at(70_000)).toBe(28)
  expect(votes.at(90_000)).toBe(0)
})

test('votes that are taken back make no negative number', () => {
  const votes = new VotesAMinute()
  votes.add(5, 0)
  votes.add(3, 1_000)
  expect(votes.at(2_000)).toBe(0)
})
