import type { Results, RoomResults } from '@pollcast/shared/results'
import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'

const results: Results = {
  version: 2,
  poll: {
    id: 'abcdefgh',
    roomCode: '2345',
    kind: 'choice',
    question: 'Tea?',
    status: 'closed',
    round: 2,
    revision: 9,
    minChoices: 1,
    maxChoices: 2,
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  rounds: [
    {
      round: 1,
      question: 'Te?',
      voters: 1,
      choices: [{ id: 1, text: 'Yse', votes: 1, share: 1 }],
      endedAt: '2026-01-01T01:00:00.000Z',
    },
    {
      round: 2,
      question: 'Tea?',
      voters: 3,
      choices: [
        { id: 1, text: 'Yes', votes: 3, share: 1 },
        { id: 2, text: 'No', votes: 0, share: 0 },
      ],
      endedAt: null,
    },
  ],
}
const taken = { question: 'Tea?', choices: ['Yes', 'No'], minChoices: 1, maxChoices: 2 }
const { poll, rounds } = results

test.each([
  ['as it is', results],
  ['of the version before', { ...results, version: 1, rounds: rounds.map(({ endedAt, question, ...round }) => round) }],
])('a poll’s own results.json, %s, is the poll again as its last round was', async (_, document) => {
  expect(await readQuestions(JSON.stringify(document))).toEqual({
    format: 'pollcast',
    polls: [taken],
    notes: [{ what: { code: 'votes-not-taken', count: 1 } }],
  })
})

test('a room’s is all its polls, and one of another kind is named', async () => {
  const quiz = { poll: { ...poll, kind: 'quiz' }, rounds } as unknown as RoomResults['polls'][number]
  const room: RoomResults = { version: 2, room: { code: '2345', title: 'Monday' }, polls: [{ poll, rounds }, quiz] }
  expect(await readQuestions(JSON.stringify(room))).toEqual({
    format: 'pollcast',
    polls: [taken],
    notes: [
      { where: { unit: 'question', number: 2 }, what: { code: 'kind-not-taken', kind: 'unknown', text: 'Tea?' } },
      { what: { code: 'votes-not-taken', count: 1 } },
    ],
  })
})

test('one of another version is named', async () => {
  const { polls, notes } = await readQuestions(JSON.stringify({ ...results, version: 3 }))
  expect({ polls, notes }).toEqual({ polls: [], notes: [{ what: { code: 'unknown-json' } }] })
})
