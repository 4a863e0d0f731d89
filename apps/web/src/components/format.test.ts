import { expect, test } from 'vitest'
import { formatVoters } from './format.ts'

test('a single voter is not plural', () => {
  expect([0, 1, 12_345].map(formatVoters)).toEqual(['0 voters', '1 voter', '12,345 voters'])
})
