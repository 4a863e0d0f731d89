import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'

const read = async (text: string) => {
  const { format, polls, notes } = await readQuestions(text)
  expect(format).toBe('aiken')
  return { lists: polls.map(({ question, choices }) => [question, ...choices]), notes }
}

test('questions are taken whatever stands between a letter and its choice, without the right answers', async () => {
  const { lists, notes } = await read(
    'Which is a mammal?\nA. Trout\nB. Bat\nC. Crow\nANSWER: B\n\nWhich is a planet?\nA) Mars\nB) Sirius\nANSWER: A\n' +
      'Which is even?\nA)3\nb.4\nanswer:b\n',
  )
  expect(lists).toEqual([
    ['Which is a mammal?', 'Trout', 'Bat', 'Crow'],
    ['Which is a planet?', 'Mars', 'Sirius'],
    ['Which is even?', '3', '4'],
  ])
  expect(notes).toEqual([{ what: { code: 'right-answers-dropped', count: 3 } }])
})

test('blocks that are wrong are named by their line, and cost no other', async () => {
  const { lists, notes } = await read(
    'Only one?\nA) yes\nANSWER: A\n\nA) no question\nB) none\n\nANSWER: what\n\nA title\n\nGood?\nA) yes\nB) no\nANSWER: A\n\n' +
      'No answer?\nA) yes\nB) no\n\nLast?\nA) yes\nB) no\nANSWER: B',
  )
  expect(lists).toEqual([
    ['', 'no question', 'none'],
    ['Good?', 'yes', 'no'],
    ['No answer?', 'yes', 'no'],
    ['Last?', 'yes', 'no'],
  ])
  expect(notes).toEqual([
    { where: { unit: 'line', number: 1 }, what: { code: 'too-few-choices', min: 2, text: 'Only one?' } },
    { where: { unit: 'line', number: 5 }, what: { code: 'no-question' } },
    { where: { unit: 'line', number: 8 }, what: { code: 'line-not-taken', text: 'ANSWER: what' } },
    { where: { unit: 'line', number: 10 }, what: { code: 'too-few-choices', min: 2, text: 'A title' } },
    { what: { code: 'right-answers-dropped', count: 2 } },
  ])
})

test('a question may have several lines, and begin with a letter and a full stop', async () => {
  expect((await read('I. Newton was\nborn in?\nA. 1642\nB. 1700\nANSWER: A')).lists).toEqual([
    ['I. Newton was born in?', '1642', '1700'],
  ])
})
