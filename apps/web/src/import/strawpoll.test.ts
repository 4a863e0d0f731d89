import { expect, test } from 'vitest'
import type { ImportNote } from './imported.ts'
import { readQuestions } from './index.ts'

const read = async (value: unknown) => {
  const { format, polls, notes } = await readQuestions(JSON.stringify(value, undefined, 2))
  expect(format).toBe('strawpoll')
  return { polls, notes }
}
const note = (what: ImportNote['what'], number = 1): ImportNote => ({ where: { unit: 'question', number }, what })

const option = (value: string, position: number, others = {}) => ({
  id: `o${position}`,
  type: 'text',
  position,
  vote_count: 0,
  max_votes: 0,
  description: null,
  is_write_in: false,
  value,
  ...others,
})
const pollOf = (config: object, others = {}) => ({
  id: 'NQx3bbqzGn1',
  title: 'What for dessert?',
  type: 'multiple_choice',
  poll_options: [option('Cake', 1), option('Ice cream', 0), option('Fruit', 2)],
  poll_config: { vote_type: 'default', deadline_at: null, ...config },
  poll_meta: { vote_count: 0, timezone: 'Europe/Berlin' },
  created_at: 1780000000,
  ...others,
})
const taken = { question: 'What for dessert?', choices: ['Ice cream', 'Cake', 'Fruit'] }

test.each([
  ['one choice', { is_multiple_choice: false, multiple_choice_max: 3 }, {}],
  [
    'several choices',
    { is_multiple_choice: true, multiple_choice_min: 1, multiple_choice_max: 2 },
    { minChoices: 1, maxChoices: 2 },
  ],
  [
    'any number',
    { is_multiple_choice: true, multiple_choice_min: 0, multiple_choice_max: 0 },
    { minChoices: 1, maxChoices: 3 },
  ],
  ['results for all', { results_visibility: 'always' }, { resultsVisibility: 'always' }],
  ['results for voters', { results_visibility: 'after_vote' }, { resultsVisibility: 'after-vote' }],
  ['results at the end', { results_visibility: 'after_deadline' }, { resultsVisibility: 'after-close' }],
  ['results for the host', { results_visibility: 'never' }, { resultsVisibility: 'host' }],
  ['a vote for each browser', { duplication_checking: 'session' }, { voteMode: 'browser' }],
  ['a vote for each code', { duplication_checking: 'invite' }, { voteMode: 'code' }],
  ['as many votes as one likes', { duplication_checking: 'none' }, { voteMode: 'none' }],
  ['a deadline', { deadline_at: 4931000000 }, { closesAt: '2126-04-04T18:13:20.000Z' }],
  ['votes that stand', { edit_vote_permissions: 'nobody' }, { allowChange: false }],
  ['votes that only its owner changes', { edit_vote_permissions: 'admin' }, { allowChange: false }],
  ['votes that voters change', { edit_vote_permissions: 'voter' }, {}],
  ['choices in any order', { randomize_options: true }, { shuffleChoices: true }],
])('a poll with %s keeps that', async (_, config, settings) => {
  expect(await read(pollOf(config))).toEqual({ polls: [{ ...taken, ...settings }], notes: [] })
  expect(await read({ poll: pollOf(config) })).toEqual({ polls: [{ ...taken, ...settings }], notes: [] })
})

test('what no poll here has is named', async () => {
  const poll = pollOf(
    { duplication_checking: 'ip', allow_other_option: true, require_voter_names: true, deadline_at: 1000000000 },
    {
      media: { id: 'm1', type: 'image' },
      poll_options: [option('a', 0, { vote_count: 3 }), option('b', 1, { max_votes: 9, description: 'the best' })],
    },
  )
  const { polls, notes } = await read(poll)
  expect(polls).toEqual([{ question: 'What for dessert?', choices: ['a', 'b'], voteMode: 'browser' }])
  expect(notes).toEqual([
    note({ code: 'pictures-not-taken' }),
    note({ code: 'descriptions-not-taken' }),
    note({ code: 'setting-not-taken', setting: 'max_votes' }),
    note({ code: 'setting-not-taken', setting: 'allow_other_option' }),
    note({ code: 'setting-not-taken', setting: 'require_voter_names' }),
    note({ code: 'ip-check-not-taken' }),
    note({ code: 'close-time-past', closesAt: '2001-09-09T01:46:40.000Z' }),
    { what: { code: 'votes-not-taken', count: 1 } },
  ])
})

test('a list is taken as far as it goes', async () => {
  const dates = { poll_options: [{ type: 'date', date: '2126-01-01', position: 0 }] }
  const list = [
    pollOf({}, { type: 'meeting', title: 'When?', ...dates }),
    pollOf({}, { type: 'ranked_choice', title: 'Rank' }),
    { name: 'no poll' },
    pollOf({}, { poll_config: undefined }),
    pollOf({}, { title: 7, poll_options: [option('a', 0), 'b', null, option('c', 0)] }),
  ]
  const wanted = {
    polls: [taken, { question: '', choices: ['a', 'c'] }],
    notes: [
      note({ code: 'kind-not-taken', kind: 'meeting', text: 'When?' }),
      note({ code: 'kind-not-taken', kind: 'ranked-choice', text: 'Rank' }, 2),
      note({ code: 'unknown-json' }, 3),
      note({ code: 'no-question' }, 5),
    ],
  }
  expect(await read(list)).toEqual(wanted)
  expect(await read({ data: list, pagination: { page: 1 } })).toEqual(wanted)
})
