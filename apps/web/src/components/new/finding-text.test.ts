import { expect, test } from 'vitest'
import { noteText } from './finding-text.ts'

test('a note says where in the source it is, and what was not taken', () => {
  expect(noteText({ where: { unit: 'line', number: 4 }, what: { code: 'same-choice', text: 'Pizza' } })).toBe(
    'Line 4: “Pizza” is there twice. It was taken once.',
  )
  expect(noteText({ what: { code: 'unknown-file' } })).toBe("Questions can't be read from this file.")
})

test('numbers and counts are as the language writes them', () => {
  const what = { code: 'right-answers-dropped', count: 1 } as const
  expect(noteText({ what })).toContain('1 question')
  expect(noteText({ what: { ...what, count: 1200 } })).toContain('1,200 questions')
  expect(noteText({ what: { code: 'too-large', max: 5_000_000, unit: 'bytes' } })).toContain('5 MB')
  expect(noteText({ what: { code: 'too-large', max: 500_000, unit: 'characters' } })).toContain('500,000 characters')
})

test('sorts of questions have names', () => {
  expect(
    noteText({ where: { unit: 'question', number: 3 }, what: { code: 'kind-not-taken', kind: 'essay', text: 'Why?' } }),
  ).toBe('Question 3: “Why?” was left out: an essay is not a choice between texts.')
})
