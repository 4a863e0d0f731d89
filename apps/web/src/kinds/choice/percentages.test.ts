import { formatPercentage, percentagesOf } from '@pollcast/shared/percentages'
import { expect, test } from 'vitest'

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

test('the percents of a poll with one choice each add up to 100', () => {
  expect(percentagesOf([1, 1, 1], 3, true)).toEqual([34, 33, 33])
  expect(percentagesOf([1, 1, 1, 1, 1, 1], 6, true)).toEqual([17, 17, 17, 17, 16, 16])
  expect(percentagesOf([1437, 1164, 925, 301, 669, 510], 5006, true)).toEqual([29, 23, 19, 6, 13, 10])
  for (let seed = 1; seed < 500; seed++) {
    const votes = Array.from({ length: 2 + (seed % 12) }, (_, index) => 1 + ((seed * 7919 * (index + 3)) % 97))
    expect(sum(percentagesOf(votes, sum(votes), true)), String(votes)).toBe(100)
  }
})

test('each is the exact share, rounded up or down', () => {
  const votes = [333, 333, 334, 17, 2]
  for (const [index, percentage] of percentagesOf(votes, sum(votes), true).entries()) {
    expect(Math.abs(percentage - (100 * (votes[index] ?? 0)) / sum(votes))).toBeLessThan(1)
  }
})

test('a choice with more votes never has the smaller percent', () => {
  const percentages = percentagesOf([50, 49, 30, 29, 3, 2, 1], 164, true)
  expect(percentages).toEqual([...percentages].sort((one, other) => other - one))
})

test('with several choices each, percents are of voters, and each is rounded by itself', () => {
  expect(percentagesOf([2, 3, 1], 3, false)).toEqual([67, 100, 33])
})

test('without voters all are 0', () => {
  expect(percentagesOf([0, 0], 0, true)).toEqual([0, 0])
})

test('a choice with votes is never 0%, and one that not all chose never 100%', () => {
  const votes = [999, 1, 0]
  const [most = 0, least = 0, none = 0] = percentagesOf(votes, 1000, true)
  expect(formatPercentage(most, 999, 1000)).toBe('>99%')
  expect(formatPercentage(least, 1, 1000)).toBe('<1%')
  expect(formatPercentage(none, 0, 1000)).toBe('0%')
  expect(formatPercentage(100, 3, 3)).toBe('100%')
})
