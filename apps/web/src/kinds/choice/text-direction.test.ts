import { isRightToLeft } from '@pollcast/shared/text-direction'
import { expect, test } from 'vitest'

test('the first letter decides, whatever digits and signs are before it', () => {
  expect(isRightToLeft(['بيتزا', 'سوشي'])).toBe(true)
  expect(isRightToLeft(['1. פיצה', 'Pizza'])).toBe(true)
  expect(isRightToLeft(['Pizza', 'بيتزا'])).toBe(false)
  expect(isRightToLeft(['(42)', '😀'])).toBe(false)
  expect(isRightToLeft([])).toBe(false)
})
