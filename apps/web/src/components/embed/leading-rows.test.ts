import { expect, test } from 'vitest'
import { resultsOf } from '../../kinds/choice/results.ts'
import { leadingRows } from './leading-rows.ts'

const rowsOf = (votes: (number | null)[]) =>
  resultsOf(
    {
      voters: 9,
      resultsHidden: votes[0] === null,
      choices: votes.map((count, index) => ({ id: index + 1, text: `${index + 1}`, votes: count })),
    },
    1,
  ).rows

const idsOf = (votes: (number | null)[], max?: number) => leadingRows(rowsOf(votes), max).map(({ id }) => id)

test('the rows with the most votes are shown, in the poll’s own order, the first of equals first', () => {
  expect(idsOf([1, 5, 0, 3], 2)).toEqual([2, 4])
  expect(idsOf([2, 2, 2, 3], 2)).toEqual([1, 4])
  expect(idsOf([null, null, null], 2)).toEqual([1, 2])
})

test('all of them where there is room for all', () => {
  expect(idsOf([1, 5, 3])).toEqual([1, 2, 3])
  expect(idsOf([1, 5, 3], 3)).toEqual([1, 2, 3])
})
