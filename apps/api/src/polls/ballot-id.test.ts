import { expect, test } from 'vitest'
import { ballotIdOf } from './ballot-id.ts'
import { newVoterId } from './voter-id.ts'

const KEY = 'a'.repeat(43)
const ids = (pollId: string, voters: readonly string[]) => voters.map((voterId) => ballotIdOf(KEY, pollId, { voterId }))
const startsOf = (ballotIds: readonly string[]) => [...new Set(ballotIds.map((id) => id.slice(0, 2)))]

test('ballots of voters who come one after the other are stored near each other', () => {
  const ballots = ids('poll', Array.from({ length: 1024 }, newVoterId))
  expect(new Set(ballots).size).toBe(1024)
  // The first group may have begun before.
  expect(startsOf(ballots).length).toBeLessThanOrEqual(5)
})

test('neither the order of groups nor that within one is the order in which their voters came', () => {
  const voters = Array.from({ length: 256 * 64 }, newVoterId)
  const ballots = ids('poll', voters)
  const isAscending = (texts: readonly string[]) => texts.every((text, n) => n === 0 || (texts[n - 1] ?? '') <= text)
  expect(isAscending(startsOf(ballots))).toBe(false)
  expect(isAscending(ballots.filter((id) => id.startsWith(ballots[300]?.slice(0, 2) ?? '')))).toBe(false)
})

test('a group can’t be followed from poll to poll', () => {
  const voters = Array.from({ length: 256 * 16 }, newVoterId)
  expect(startsOf(ids('one', voters))).not.toEqual(startsOf(ids('another', voters)))
})

test.each([
  [
    'a browser known since before there were groups',
    { voterId: '0b1f6a5e-9a51-4b8e-8a8e-0f3b6c2d1e00' },
    'OqIqUK8meVlTQEAshQLxjS',
  ],
  ['a client known by its idempotency key', { voterId: 'q83vEjRWeJCrze8SNFZ4kA' }, 'gVMxeF0ih6Oa8zTrA3Y_JV'],
  ['a one-time code', { codeHash: 'c'.repeat(43) }, 'TnAo5lNkJb7c4uE51NZXYi'],
])('the ballot of %s keeps its id, which has no group', (_, voter, id) => {
  expect(ballotIdOf(KEY, 'poll', voter)).toBe(id)
})
