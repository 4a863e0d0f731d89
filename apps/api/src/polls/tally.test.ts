import type { Snapshot } from '@pollcast/shared/poll'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Tally } from './tally.ts'

const empty: Snapshot = {
  pollId: 'abcdefgh',
  revision: 10,
  status: 'open',
  totalVotes: 0,
  choices: [1, 2, 3].map((id) => ({ id, text: `${id}`, votes: 0 })),
}

const votes = fc.array(
  fc.record({ voter: fc.constantFrom('a', 'b', 'c', 'd'), choices: fc.subarray([1, 2, 3], { minLength: 1 }) }),
)

test('after any votes, in any number of batches, the numbers are those of the ballots counted anew', () => {
  fc.assert(
    fc.property(fc.array(votes), (batches) => {
      const ballots = new Map<string, readonly number[]>()
      let snapshot = empty
      let changes = 0
      for (const batch of batches) {
        const tally = new Tally(snapshot, new Map(ballots))
        for (const { voter, choices } of batch) {
          if (tally.cast(voter, choices)) changes += 1
        }
        for (const [voter, choices] of tally.changed) ballots.set(voter, choices)
        snapshot = tally.snapshot
      }
      const counted = [1, 2, 3].map((id) => [...ballots.values()].filter((choices) => choices.includes(id)).length)
      expect(snapshot.choices.map((choice) => choice.votes)).toEqual(counted)
      expect(snapshot.totalVotes).toBe(ballots.size)
      expect(snapshot.revision).toBe(empty.revision + changes)
    }),
  )
})

test('the same choices again change nothing, and leave the very snapshot there was', () => {
  const tally = new Tally(empty, new Map([['a', [1, 2]]]))
  expect(tally.cast('a', [1, 2])).toBe(false)
  expect(tally.snapshot).toBe(empty)
  expect(tally.changed.size).toBe(0)
})
