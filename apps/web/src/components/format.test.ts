import { expect, test } from 'vitest'
import { formatShare, formatVotes } from './format.ts'

test('shares are whole percents', () => {
  expect(formatShare(1, 3)).toBe('33%')
  expect(formatShare(3, 3)).toBe('100%')
  expect(formatShare(0, 0)).toBe('0%')
})

test('a share above none is never 0%, and one below all never 100%', () => {
  expect(formatShare(1, 1000)).toBe('<1%')
  expect(formatShare(999, 1000)).toBe('>99%')
})

test('a single vote is not plural', () => {
  expect([0, 1, 12_345].map(formatVotes)).toEqual(['0 votes', '1 vote', '12,345 votes'])
})
