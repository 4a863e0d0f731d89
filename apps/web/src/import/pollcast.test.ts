import type { Results } from '@pollcast/shared/results'
import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'

const results: Results = {
  version: 1,
  poll: {
    id: 'abcdefgh',
    kind: 'choice',
    question: 'Tea?',
    status: 'closed',
    round: 2,
    revision: 9,
    maxChoices: 2,
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  rounds: [
    { round: 1, voters: 1, choices: [{ id: 1, text: 'Yse', votes: 1, share: 1 }] },
    {
      round: 2,
      voters: 3,
      choices: [
        { id: 1, text: 'Yes', votes: 3, share: 1 },
        { id: 2, text: 'No', votes: 0, share: 0 },
      ],
    },
  ],
}

test('a poll’s own results.json is the poll again, as its last round was', async () => {
  expect(await readQuestions(JSON.stringify(results))).toEqual({
    format: 'pollcast',
    polls: [{ question: 'Tea?', choices: ['Yes', 'No'], minChoices: 1, maxChoices: 2 }],
    notes: [{ what: { code: 'votes-not-taken', count: 1 } }],
  })
})

test('of another kind or version it is named', async () => {
  const { poll } = results
  const quiz = { ...results, poll: { ...poll, kind: 'quiz' } }
  const { polls, notes } = await readQuestions(JSON.stringify([quiz, { ...results, version: 2 }]))
  expect(polls).toEqual([])
  expect(notes).toEqual([
    { where: { unit: 'question', number: 1 }, what: { code: 'kind-not-taken', kind: 'unknown', text: 'Tea?' } },
    { where: { unit: 'question', number: 2 }, what: { code: 'unknown-json' } },
  ])
})
