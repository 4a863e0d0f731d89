import { expect, test } from 'vitest'
import { fullWidthShare } from './bar-scale.ts'

test('a bar across the whole width is the whole, where a choice has half of the votes or more', () => {
  expect(fullWidthShare([5, 5], 10)).toBe(1)
  expect(fullWidthShare([10, 0], 10)).toBe(1)
})

test('bars that would all be short are drawn longer', () => {
  expect(fullWidthShare([3, 3, 2, 2], 10)).toBe(0.5)
  expect(fullWidthShare([2, 2, 2, 2, 2], 10)).toBe(0.25)
})

test('no votes at all have the plain scale', () => {
  expect(fullWidthShare([0, 0], 0)).toBe(1)
})
