import { expect, test } from 'vitest'
import { formatRoomCode, formatVoters } from './format.ts'

test('a single voter is not plural', () => {
  expect([0, 1, 12_345].map(formatVoters)).toEqual(['0 voters', '1 voter', '12,345 voters'])
})

test('codes are in groups of three digits, of seven ones the last has four', () => {
  expect(formatRoomCode('472915')).toBe('472\u00a0915')
  expect(formatRoomCode('4729150')).toBe('472\u00a09150')
})
