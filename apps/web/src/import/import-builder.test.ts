import { newPollSchema } from '@pollcast/shared/settings'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'

/** What formats are made of, and characters that are trouble. */
const PIECES = [
  ...[
    '\n',
    '\n\n',
    '\r\n',
    ' ',
    '* ',
    '- ',
    '[x] ',
    '1. ',
    '2. ',
    'A. ',
    'B) ',
    'ANSWER: A\n',
    ',',
    '"',
    'word',
    'abc',
  ],
  ...[
    '{',
    '}',
    '{=',
    '~',
    '#',
    '\\',
    '::',
    '//',
    '$CATEGORY: x',
    '{T}',
    '%50%',
    '->',
    '[html]',
    '[markdown]',
    '**',
    '_',
  ],
  ...['[poll type=multiple min=2 max=9]\n', '[poll type=number min=-3 max=3 step=2]\n', '[/poll]\n', '# title\n'],
  ...['<b>', '<img src="a">', '&amp;', '&#0;', 'Question,Answer 1,Answer 2\n', '{"poll_options":[', '"a":', ']'],
  ...['🧑‍🚀', '\u202e', '\0', '\ud800', 'مرحبا', '\u200b', 'x'.repeat(130)],
]

test('of any text, what is taken is as the API takes it, and where nothing is taken why is said', async () => {
  const piece = fc.oneof(
    { arbitrary: fc.constantFrom(...PIECES), weight: 6 },
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const { polls, notes } = await readQuestions(source)
      expect(polls.length + notes.length).toBeGreaterThan(0)
      for (const { question, choices, minChoices = 1, maxChoices = 1 } of polls) {
        const sent = { question: question || 'Which?', choices, minChoices, maxChoices }
        expect(newPollSchema.parse(sent)).toMatchObject(sent)
      }
    }),
    { numRuns: 2000 },
  )
})
