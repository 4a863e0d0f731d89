import { limits } from '@pollcast/shared/limits'
import { newPollSchema } from '@pollcast/shared/settings'
import { expect, test } from 'vitest'
import { bodyOf, complete, draftOf, fieldOf, importedDraft, isBlank, localTime, withRows } from './drafts.ts'

const now = new Date('2030-01-01T12:00:00Z')
const textsOf = ({ rows }: { rows: readonly { text: string }[] }) => rows.map(({ text }) => text)

test('a new draft has room for the fewest choices, and always one more row to write in', () => {
  expect(textsOf(draftOf())).toEqual(['', ''])
  expect(textsOf(draftOf('Lunch?', ['Pizza', 'Ramen']))).toEqual(['Pizza', 'Ramen', ''])
  const full = Array.from({ length: limits.maxChoices }, (_, index) => `Choice ${index}`)
  expect(draftOf('Lunch?', full).rows).toHaveLength(limits.maxChoices)
})

test('choices are put between others, and no two rows have one key', () => {
  const { rows } = draftOf('', ['A', 'D'])
  const more = withRows(rows, ['B', 'C'], 1)
  expect(textsOf({ rows: more })).toEqual(['A', 'B', 'C', 'D', ''])
  expect(new Set(more.map(({ key }) => key)).size).toBe(more.length)
  expect(textsOf({ rows: complete(more.slice(0, 2)) })).toEqual(['A', 'B', ''])
})

test('the API takes what the page makes of a draft as it is, and of each setting', () => {
  const draft = draftOf(' Lunch? ', [' Pizza ', 'Ramen'])
  expect(newPollSchema.parse(bodyOf(draft, now))).toMatchObject({
    question: 'Lunch?',
    choices: ['Pizza', 'Ramen'],
    maxChoices: 1,
  })
  const settings = { ...draft.settings, several: true, minChoices: 2, publishBallots: true, voteMode: 'code' as const }
  const timer = { minutes: 5 }
  expect(newPollSchema.parse(bodyOf({ ...draft, settings: { ...settings, timer } }, new Date()))).toMatchObject({
    minChoices: 2,
    maxChoices: 2,
    voteMode: 'code',
    publishBallots: true,
    closesAt: expect.any(String),
  })
})

test('a timer counts from the start, and a time is the user’s own', () => {
  const draft = draftOf('Lunch?', ['Pizza', 'Ramen'])
  const closesAt = (timer: typeof draft.settings.timer) =>
    bodyOf({ ...draft, settings: { ...draft.settings, timer } }, now).closesAt
  expect(closesAt('')).toBeUndefined()
  expect(closesAt({ minutes: 5 })).toBe('2030-01-01T12:05:00.000Z')
  expect(closesAt({ at: localTime(now) })).toBe(now.toISOString())
  expect(closesAt({ at: '' })).toBe('')
})

test('an error of a choice belongs to its row, also behind empty ones', () => {
  const draft = draftOf('Lunch?', ['Pizza', '', 'Pizza'])
  expect(fieldOf('choices.1', draft)).toBe(draft.rows[2]?.key)
  expect(fieldOf('choices', draft)).toBe('choices')
  expect(fieldOf('question', draft)).toBe('question')
})

test('an imported poll keeps its settings, and what it does not say has the page’s defaults', () => {
  const closesAt = '2030-01-01T12:00:00.000Z'
  const draft = importedDraft({
    question: 'Days?',
    choices: ['Mon', 'Tue', 'Wed'],
    maxChoices: 3,
    resultsVisibility: 'host',
    closesAt,
  })
  expect(bodyOf(draft, now)).toMatchObject({
    minChoices: 1,
    maxChoices: 3,
    resultsVisibility: 'host',
    closesAt,
    allowChange: true,
  })
})

test('a draft is blank until something is written', () => {
  expect(isBlank(draftOf(' '))).toBe(true)
  expect(isBlank(draftOf('', ['A']))).toBe(false)
})
