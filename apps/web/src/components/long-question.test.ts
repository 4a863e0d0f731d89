import { isLongQuestion } from '@pollcast/shared/long-question'
import { expect, test } from 'vitest'

test.each([
  ['110 Latin letters', 'a'.repeat(110), false],
  ['111 Latin letters', 'a'.repeat(111), true],
  ['55 Japanese letters', 'あ'.repeat(55), false],
  ['56 Japanese letters', 'あ'.repeat(56), true],
  ['56 emoji', '😀'.repeat(56), true],
])('a question of %s is long or not by the room that it takes', (_, question, isLong) => {
  expect(isLongQuestion(question)).toBe(isLong)
})
