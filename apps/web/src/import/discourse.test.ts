import { expect, test } from 'vitest'
import type { ImportNote } from './imported.ts'
import { readQuestions } from './index.ts'

const read = async (text: string) => {
  const { format, polls, notes } = await readQuestions(text)
  expect(format).toBe('discourse')
  return { polls, notes }
}
const line = (number: number, what: ImportNote['what']): ImportNote => ({ where: { unit: 'line', number }, what })

test('a post’s polls are taken with their settings, each with the line before it as its question', async () => {
  const { polls, notes } = await read(
    [
      'Dear all, we have to choose.',
      '',
      '## Which days?',
      '',
      '[poll name=days type=multiple min=1 max=2 results=on_vote close=2126-10-01T18:00:00Z chartType=bar public=false]',
      '* Monday',
      '* **Tuesday**',
      '* [Friday](https://example.com)',
      '[/poll]',
      '',
      'And where?',
      `[poll results="on_close" type='regular']`,
      '1. Rome',
      '2. Oslo',
      '[/poll]',
      'Thanks!',
    ].join('\n'),
  )
  expect(polls).toEqual([
    {
      question: 'Which days?',
      choices: ['Monday', 'Tuesday', 'Friday'],
      minChoices: 1,
      maxChoices: 2,
      resultsVisibility: 'after-vote',
      closesAt: '2126-10-01T18:00:00.000Z',
    },
    { question: 'And where?', choices: ['Rome', 'Oslo'], resultsVisibility: 'after-close' },
  ])
  expect(notes).toEqual([])
})

test('a title within the poll is the question, and a poll without one is taken without', async () => {
  const { polls, notes } = await read('Hi\n[poll]\n# Tea?\n- yes\n- no\n[/poll]\n\n[poll]\n- a\n- b\n[/poll]')
  expect(polls).toEqual([
    { question: 'Tea?', choices: ['yes', 'no'] },
    { question: '', choices: ['a', 'b'] },
  ])
  expect(notes).toEqual([line(8, { code: 'no-question' })])
})

test.each([
  ['always', 'always'],
  ['on_vote', 'after-vote'],
  ['on_close', 'after-close'],
  ['staff_only', 'host'],
])('results=%s become visible %s', async (results, resultsVisibility) => {
  const { polls } = await read(`Tea?\n[poll results=${results}]\n* yes\n* no\n[/poll]`)
  expect(polls).toEqual([{ question: 'Tea?', choices: ['yes', 'no'], resultsVisibility }])
})

test('a poll of numbers is their choices, where a poll has room for them', async () => {
  const { polls, notes } = await read(
    'How many?\n[poll type=number min=2 max=10 step=4]\n[/poll]\nAny?\n[poll type=number]\n[/poll]\n' +
      'A percentage?\n[poll type=number min=0 max=100]\n[/poll]\nNone?\n[poll type=number min=9 max=1 step=-3]\n[/poll]',
  )
  expect(polls.map(({ question, choices }) => [question, choices.length, choices[0], choices.at(-1)])).toEqual([
    ['How many?', 3, '2', '10'],
    ['Any?', 20, '1', '20'],
  ])
  expect(notes).toEqual([
    line(8, { code: 'range-too-long', max: 50, text: 'A percentage?' }),
    line(11, { code: 'too-few-choices', min: 2, text: 'None?' }),
  ])
})

test('without a largest number a voter may pick all choices, and a smallest that is larger is put right and said', async () => {
  const { polls, notes } = await read('A?\n[poll type=multiple min=5]\n* a\n* b\n* c\n[/poll]')
  expect(polls).toEqual([{ question: 'A?', choices: ['a', 'b', 'c'], minChoices: 3, maxChoices: 3 }])
  expect(notes).toEqual([line(2, { code: 'choices-per-vote-changed', min: 3, max: 3 })])
})

test('what no poll here has is named', async () => {
  const { polls, notes } = await read(
    'Rank\n[poll type=ranked_choice]\n* a\n* b\n[/poll]\nA?\n[poll public=true groups=staff results=later close=soon]\n' +
      '* a\n* ![cat|20x20](upload://cat.png) b\nnot a choice\n[/poll]\nB?\n[poll close=2001-01-01]\n* a\n* b\n[/poll]',
  )
  expect(polls).toEqual([
    { question: 'A?', choices: ['a', 'cat b'] },
    { question: 'B?', choices: ['a', 'b'] },
  ])
  expect(notes).toEqual([
    line(2, { code: 'kind-not-taken', kind: 'ranked-choice', text: 'Rank' }),
    line(10, { code: 'line-not-taken', text: 'not a choice' }),
    line(7, { code: 'pictures-not-taken' }),
    line(7, { code: 'setting-not-taken', setting: 'public=true' }),
    line(7, { code: 'setting-not-taken', setting: 'groups=staff' }),
    line(7, { code: 'setting-not-taken', setting: 'results=later' }),
    line(7, { code: 'close-time-not-readable', text: 'soon' }),
    line(13, { code: 'close-time-past', closesAt: '2001-01-01T00:00:00.000Z' }),
  ])
})

test('a poll that is not closed is taken as far as the next one', async () => {
  const { polls, notes } = await read('A?\r\n[poll]\r\n* a\r\n* b\r\n[poll]\r\n* c\r\n* d')
  expect(polls.map(({ choices }) => choices)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(notes).toEqual([
    line(2, { code: 'not-closed' }),
    line(5, { code: 'not-closed' }),
    line(5, { code: 'no-question' }),
  ])
})
