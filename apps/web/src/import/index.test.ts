import { newPollSchema } from '@pollcast/shared/settings'
import { expect, test } from 'vitest'
import { readQuestions } from './index.ts'
import { importLimits } from './limits.ts'

const listOf = (count: number) => Array.from({ length: count }, (_, index) => `choice ${index}`)

test('every text that is taken is one that the API takes, and what was changed is named', async () => {
  const long = 'word '.repeat(100)
  const { polls, notes } = await readQuestions(
    [`${long}?`, 'Cafe\u0301', 'Caf\u00e9', `x${long}`, '\u200b', 'a\u202eb\0', '🧑‍🚀'.repeat(40), ...listOf(60)].join(
      '\n',
    ),
  )
  const [poll] = polls
  expect(newPollSchema.parse(poll)).toMatchObject(poll ?? {})
  expect(poll?.question).toBe(`${'word '.repeat(46)}word…`)
  expect(poll?.choices.slice(0, 3)).toEqual(['Café', `x${'word '.repeat(22)}word…`, 'ab'])
  expect(poll?.choices).toHaveLength(50)
  expect(notes.map(({ what }) => what.code)).toEqual([
    'same-choice',
    'choice-shortened',
    'characters-removed',
    'choice-shortened',
    'too-many-choices',
    'question-shortened',
  ])
  expect(notes.find(({ what }) => what.code === 'too-many-choices')?.what).toEqual({
    code: 'too-many-choices',
    max: 50,
    left: 14,
  })
})

test.each([
  ['a plain list', 'Tea?\n- yes\n- no', 'plain'],
  ['Discourse', 'Tea?\n[poll]\n* yes\n* no\n[/poll]', 'discourse'],
  ['Aiken', 'Tea?\nA. yes\nB. no\nANSWER: A', 'aiken'],
  ['GIFT', '::q::Tea? {\n=yes\n~no\n}', 'gift'],
  ['a table', 'Question,Answer 1,Answer 2\nTea?,yes,no', 'kahoot'],
])('%s is read whatever ends its lines, from a text or a file in any encoding of Unicode', async (_, text, format) => {
  const wanted = { format, polls: [{ question: 'Tea?', choices: ['yes', 'no'] }] }
  for (const source of [text, `\ufeff${text}`, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r')]) {
    const utf16 = new Uint8Array(Buffer.from(`\ufeff${source.replace('\ufeff', '')}`, 'utf16le'))
    for (const input of [source, new TextEncoder().encode(source), new Blob([source]), utf16]) {
      expect(await readQuestions(input)).toMatchObject(wanted)
    }
  }
})

test('text of Windows is read, and that it was guessed is said', async () => {
  const { polls, notes } = await readQuestions(new Uint8Array(Buffer.from('Käse?\nja\nnein', 'latin1')))
  expect(polls).toEqual([{ question: 'Käse?', choices: ['ja', 'nein'] }])
  expect(notes).toEqual([{ what: { code: 'encoding-guessed' } }])
})

test('right-to-left texts and emoji stay as they are', async () => {
  const { polls, notes } = await readQuestions('ما هو لونك المفضل؟\n• أحمر 🔴\n• أزرق 🟦\n• 👩‍👩‍👧 می‌خواهم')
  expect(polls).toEqual([{ question: 'ما هو لونك المفضل؟', choices: ['أحمر 🔴', 'أزرق 🟦', '👩‍👩‍👧 می‌خواهم'] }])
  expect(notes).toEqual([])
})

test.each([
  ['', 'nothing-found'],
  [' \n\t\r\n', 'nothing-found'],
  ['{"title": "Tea?", "poll_options": [', 'broken-file'],
  ['[{"title": "Tea?"}]', 'unknown-json'],
  ['{}', 'unknown-json'],
])('of %j nothing is taken, and why is said', async (text, code) => {
  expect(await readQuestions(text)).toEqual({ format: expect.any(String), polls: [], notes: [{ what: { code } }] })
})

test('what is too large is refused before it is read', async () => {
  const max = importLimits.textLength
  expect(await readQuestions('x'.repeat(5_000_000))).toEqual({
    format: 'unknown',
    polls: [],
    notes: [{ what: { code: 'too-large', max, unit: 'characters' } }],
  })
  const file = new Blob([new Uint8Array(importLimits.fileBytes + 1)])
  expect((await readQuestions(file)).notes).toEqual([
    { what: { code: 'too-large', max: importLimits.fileBytes, unit: 'bytes' } },
  ])
})

test('more questions than a page can show, and more notes, are counted', async () => {
  const one = 'Only a question\n\n'
  const { polls, notes } = await readQuestions(one.repeat(150) + 'Tea?\nyes\nno\n\n'.repeat(importLimits.polls + 7))
  expect(polls).toHaveLength(importLimits.polls)
  expect(notes).toHaveLength(importLimits.notes + 2)
  expect(notes.slice(-2)).toEqual([
    { what: { code: 'too-many-questions', max: importLimits.polls, left: 7 } },
    { what: { code: 'more-notes', count: 50 } },
  ])
})

const fill = (piece: string) => piece.repeat(Math.floor(importLimits.textLength / piece.length))

/** Shapes that take searches back again and again. Where one did, its test would not end in its time. */
test.each([
  ['one word', fill('x')],
  ['spaces', `a${fill(' ').slice(1)}`],
  ['empty lines', fill('\n')],
  ['lines of one letter', fill('a\n')],
  ['list items', fill('- a\n')],
  ['lines apart', fill('a\n\n')],
  ['one poll’s attributes', `[poll ${fill('a').slice(9)}]`],
  ['polls that are not closed', fill('[poll]\n')],
  ['attributes without end', `[poll]\n${fill('[poll a').slice(9)}`],
  ['links that are none', `[poll]\n* ${fill('![').slice(9)}`],
  ['emphasis that is none', `[poll]\n* ${fill('*a_').slice(9)}`],
  ['choices in Aiken', `A. x\nANSWER: A\n${fill('A. x\n').slice(20)}`],
  ['answers in Aiken', `A. x\n${fill('ANSWER: A\n').slice(5)}`],
  ['opening braces', `{=${fill('{').slice(2)}`],
  ['opened answers', fill('{=a\n\n')],
  ['answers that do not end', `{=${fill('a\n\n').slice(2)}`],
  ['questions in GIFT', fill('a {=b ~c}\n\n')],
  ['questions in GIFT without space', fill('a {=b ~c}\n')],
  ['escapes in GIFT', `a {=${fill('\\=').slice(8)} ~b}`],
  ['choices in GIFT', `a {${fill('~b').slice(4)}}`],
  ['colons in GIFT', `::a:: {=b ~${fill(':').slice(12)}}`],
  ['tags that do not end', `a {=b ~${fill('<a').slice(12)}}`],
  ['separators', fill(',')],
  ['titles of columns', `Question,Answer 1,Answer 2\n${fill('"').slice(30)}`],
  ['polls within polls', `${'{"poll":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['JSON', `{"a": ${fill('[').slice(9)}`],
])('as much of %s as is read at all takes bounded time', async (_, text) => {
  expect(await readQuestions(text)).toMatchObject({ format: expect.any(String) })
})
