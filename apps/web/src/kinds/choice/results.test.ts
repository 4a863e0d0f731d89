import { expect, test } from 'vitest'
import { type Counts, resultsOf } from './results.ts'

const counts = (voters: number, ...votes: (number | null)[]): Counts => ({
  voters,
  resultsHidden: false,
  choices: votes.map((count, index) => ({ id: index + 1, text: `Choice ${index + 1}`, votes: count })),
})

const leaders = (shown: Counts) => resultsOf(shown, 1).rows.map(({ numbers }) => numbers?.isLeader)

test('each row has its count and its share of the voters', () => {
  const { voters, rows } = resultsOf(counts(1200, 900, 300), 1)
  expect(voters).toBe(1200)
  expect(rows.map(({ numbers }) => [numbers?.count, numbers?.share])).toEqual([
    ['900', '75%'],
    ['300', '25%'],
  ])
})

test('where votes on choices are told apart from voters, shares are of voters', () => {
  const { rows } = resultsOf(counts(4, 3, 2), 2)
  expect(rows.map(({ numbers }) => numbers?.share)).toEqual(['75%', '50%'])
})

test('the choice with more votes than every other leads; with a tie none does', () => {
  expect(leaders(counts(5, 1, 3, 1))).toEqual([false, true, false])
  expect(leaders(counts(5, 2, 2, 1))).toEqual([false, false, false])
  expect(leaders(counts(0, 0, 0))).toEqual([false, false])
})

test('hidden results have voters, and no numbers', () => {
  const hidden = resultsOf({ ...counts(7, null, null), resultsHidden: true }, 1)
  expect(hidden.voters).toBe(7)
  expect(hidden.isHidden).toBe(true)
  expect(hidden.rows.map(({ numbers }) => numbers)).toEqual([undefined, undefined])
})
