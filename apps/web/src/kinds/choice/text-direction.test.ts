import { directionOfPoll, isRightToLeft } from '@pollcast/shared/text-direction'
import { expect, test } from 'vitest'

test('the first letter decides, whatever digits and signs are before it', () => {
  expect(isRightToLeft(['بيتزا', 'سوشي'])).toBe(true)
  expect(isRightToLeft(['1. פיצה', 'Pizza'])).toBe(true)
  expect(isRightToLeft(['Pizza', 'بيتزا'])).toBe(false)
  expect(isRightToLeft(['(42)', '😀'])).toBe(false)
  expect(isRightToLeft([])).toBe(false)
})

test('a poll has the direction of its question, in any page, and without letters the page’s', () => {
  expect(directionOfPoll(['ما هاتفك؟', 'iPhone', 'Android'], 'ltr')).toBe('rtl')
  expect(directionOfPoll(['Which one?', 'سلطة'], 'rtl')).toBe('ltr')
  expect(directionOfPoll(['7 + 8 = ?', '15', '16'], 'rtl')).toBe('rtl')
  expect(directionOfPoll(['7 + 8 = ?', '15', '16'], '')).toBe('ltr')
})
