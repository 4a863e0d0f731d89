import type { SharedPoll } from '@pollcast/shared/poll'
import { expect, test } from 'vitest'
import { sharedPoll } from '../../testing/shared-poll.ts'
import { terminalChart } from './terminal-chart.ts'

const poll = (fields: Partial<SharedPoll>) =>
  sharedPoll({
    voters: 3,
    totalVotes: 3,
    choices: [
      { id: 1, text: 'Pizza', votes: 2 },
      { id: 2, text: 'Salad', votes: 1 },
    ],
    ...fields,
  })

const chart = (shown: SharedPoll | null, columns = 32) => terminalChart({ code: '472915', poll: shown }, columns)

test('each choice has a bar, its percentage and its votes', () => {
  expect(chart(poll({}))).toEqual([
    'Lunch?',
    '',
    'Pizza',
    '██████████▋        67%  2',
    'Salad',
    '█████▍             33%  1',
    '',
    '3 voters · open · code 472 915',
  ])
})

test('before the first vote bars are empty', () => {
  const choices = poll({}).choices.map((choice) => ({ ...choice, votes: 0 }))
  expect(chart(poll({ voters: 0, totalVotes: 0, choices }))).toContain(`${' '.repeat(16)}    0%  0`)
})

test('hidden results show no bars, and say so', () => {
  const choices = poll({}).choices.map((choice) => ({ ...choice, votes: null }))
  expect(chart(poll({ resultsHidden: true, totalVotes: null, choices, voters: 1, status: 'closed' }))).toEqual([
    'Lunch?',
    '',
    'Pizza',
    'Salad',
    '',
    'The results are hidden for now.',
    '',
    '1 voter · closed · code 472 915',
  ])
})

test('between two polls it says that the next one comes', () => {
  expect(chart(null)).toEqual(['The next question comes soon.', '', 'code 472 915'])
})

test('a text has nothing in it that a terminal would carry out', () => {
  expect(chart(poll({ question: 'a\x1b[2Jb\u202ec' }))[0]).toBe('a[2Jbc')
})

test('bars are never wider than the terminal', () => {
  for (const columns of [24, 40, 80, 200]) {
    const widest = Math.max(...chart(poll({ voters: 2, totalVotes: 3 }), columns).map((line) => line.length))
    expect(widest).toBeLessThanOrEqual(Math.max(columns, 32))
  }
})
