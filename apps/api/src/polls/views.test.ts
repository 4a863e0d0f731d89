import { pollSchema, pollSummarySchema, snapshotSchema } from '@pollcast/shared/poll'
import { resultsSchema } from '@pollcast/shared/results'
import { expect, test } from 'vitest'
import { pollAt } from '../../testing/poll-states.ts'
import { resultsOf, resultTableOf } from './exports.ts'
import { pollOf, snapshotJson, snapshotOf, summaryOf } from './views.ts'

/** A state with more in it than any view shows. */
const poll = {
  ...pollAt(7),
  secret: 'secret',
  content: { choices: [{ id: 1, text: 'Tabs', secret: 'secret' }], maxChoices: 1, secret: 'secret' },
  counters: { 1: 7, secret: 1 },
}

test.each([
  ['a snapshot', snapshotOf(poll), snapshotSchema],
  ['a poll for one voter', pollOf(poll, [1]), pollSchema],
  ['a poll in a list', summaryOf(poll), pollSummarySchema],
  ['the results', resultsOf(poll), resultsSchema],
])('%s has the fields of its schema, whatever else the state holds', (_, shown, schema) => {
  expect(schema.parse(shown)).toEqual(shown)
  expect(JSON.stringify(shown)).not.toContain('secret')
})

test('a table of the results has what it names, whatever else the state holds', () => {
  expect(JSON.stringify(resultTableOf(poll))).not.toContain('secret')
})

test('a state is made JSON once', () => {
  expect(snapshotJson(poll)).toBe(JSON.stringify(snapshotOf(poll)))
  expect(JSON.parse(snapshotJson(poll)).choices).toEqual([{ id: 1, text: 'Tabs', votes: 7 }])
})
