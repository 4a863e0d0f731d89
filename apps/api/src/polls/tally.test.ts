import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import type { PollState } from './state.ts'
import { Tally } from './tally.ts'

const empty: PollState = { ...pollAt(10), voters: 0, counters: { 1: 0, 2: 0, 3: 0 } }

const votes = fc.array(
  fc.record({
    voter: fc.constantFrom('a', 'b', 'c', 'd'), // Null takes the vote back.
    answer: fc.option(fc.subarray([1, 2, 3], { minLength: 1 })),
  }),
)

test('after any votes, in any number of batches, the numbers are those of the ballots counted anew', () => {
  fc.assert(
    fc.property(fc.array(votes), (batches) => {
      const ballots = new Map<string, string>()
      let poll = empty
      let changes = 0
      for (const batch of batches) {
        const tally = new Tally(poll, new Map(ballots))
        for (const { voter, answer } of batch) {
          if (tally.cast(voter, answer)) changes += 1
        }
        for (const [voter, answer] of tally.changedBallots) {
          if (answer === null) ballots.delete(voter)
          else ballots.set(voter, answer)
        }
        // What is written is what the state then says.
        expect(tally.after.counters).toEqual({ ...poll.counters, ...Object.fromEntries(tally.movedCounters) })
        poll = tally.after
      }
      const answers = [...ballots.values()].map((answer): number[] => JSON.parse(answer))
      const counted = [1, 2, 3].map((id) => [id, answers.filter((answer) => answer.includes(id)).length])
      expect(poll.counters).toEqual(Object.fromEntries(counted))
      expect(poll.voters).toBe(ballots.size)
      expect(poll.revision).toBe(empty.revision + changes)
    }),
  )
})

test('the same answer again changes nothing, and leaves the very state there was', () => {
  const tally = new Tally(empty, new Map([['a', '[1,2]']]))
  expect(tally.cast('a', [1, 2])).toBe(false)
  expect(tally.after).toBe(empty)
  expect(tally.changedBallots.size).toBe(0)
})
