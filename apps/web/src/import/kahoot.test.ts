import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { archiveOf, sheetXml, streamedArchiveOf, workbookOf } from '../../test/xlsx.ts'
import { readQuestions } from './index.ts'
import { importLimits } from './limits.ts'

const TITLES = {
  B2: 'Quiz template',
  B3: 'Add questions, at least two answers and pick the right one.',
  B8: 'Question - max 120 characters',
  C8: 'Answer 1 - max 75 characters',
  D8: 'Answer 2 - max 75 characters',
  E8: 'Answer 3 - max 75 characters',
  F8: 'Answer 4 - max 75 characters',
  G8: 'Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs',
  H8: 'Correct answer(s) - choose at least one',
}

const summary = async (input: Parameters<typeof readQuestions>[0]) => {
  const { format, polls, notes } = await readQuestions(input)
  return { format, lists: polls.map(({ question, choices }) => [question, ...choices]), notes }
}

test('the rows of Kahoot’s sheet are polls, its empty ones are not, and what is wrong is named by row', async () => {
  const cells = {
    ...TITLES,
    ...{ A9: 1, B9: 'Largest & best?', C9: 'Cat', D9: ' Dog <3', E9: 'مرحبا', F9: '🐈', G9: 20, H9: '2,4' },
    ...{ A10: 2, B10: '3 + 4?', C10: 7, D10: 0.30000000000000004, G10: 30, H10: 1 },
    ...{ A11: 3, B11: 'One answer?', C11: 'yes' },
    ...{ A12: 4, C12: 'a', D12: 'b' },
    ...{ A13: 5, A14: 6 },
    ...{ A15: 7, B15: 'After a gap?', C15: 'a', F15: 'b' },
  }
  expect(await summary(workbookOf(cells))).toEqual({
    format: 'kahoot',
    lists: [
      ['Largest & best?', 'Cat', 'Dog <3', 'مرحبا', '🐈'],
      ['3 + 4?', '7', '0.3'],
      ['', 'a', 'b'],
      ['After a gap?', 'a', 'b'],
    ],
    notes: [
      { where: { unit: 'row', number: 11 }, what: { code: 'too-few-choices', min: 2, text: 'One answer?' } },
      { where: { unit: 'row', number: 12 }, what: { code: 'no-question' } },
      { what: { code: 'right-answers-dropped', count: 2 } },
      { what: { code: 'time-limits-dropped', count: 2 } },
    ],
  })
})

const INLINE = sheetXml(
  '<row><c t="inlineStr"><is><t>Question</t></is></c><c t="inlineStr"><is><t>Option A</t></is></c>' +
    '<c t="inlineStr"><is><t>Option B</t></is></c></row>' +
    '<row><c t="inlineStr"><is><r><rPr><b/></rPr><t>Te</t></r><r><t xml:space="preserve">a?_x000D_</t></r>' +
    '<rPh sb="0" eb="1"><t>no</t></rPh></is></c><c t="str"><f>A1</f><v>yes</v></c><c t="b"><v>1</v></c><c/></row>',
)
const PREFIXED = INLINE.replace(/<(\/?)(?=[a-z])/gi, '<$1x:').replace('xmlns=', 'xmlns:x=')

test.each([
  ['texts in the cells and no references', () => archiveOf({ 'xl/worksheets/sheet1.xml': INLINE })],
  ['a prefix before each tag', () => archiveOf({ 'xl/worksheets/sheet1.xml': PREFIXED })],
  ['sizes behind the files', () => streamedArchiveOf({ 'xl/worksheets/sheet1.xml': INLINE })],
  [
    'another sheet before it',
    () => archiveOf({ 'xl/worksheets/sheet2.xml': INLINE, 'xl/worksheets/sheet1.xml': sheetXml('<row r="1"/>') }),
  ],
])('a workbook with %s is read', async (_, make) => {
  expect(await summary(new Blob([new Uint8Array(make())]))).toEqual({
    format: 'kahoot',
    lists: [['Tea?', 'yes', 'TRUE']],
    notes: [],
  })
})

test.each([
  [',', '\r\n'],
  [';', '\n'],
  ['\t', '\n'],
])('the same as text, separated by %j, is read', async (separator, end) => {
  const rows = [
    ['', 'Kahoot'],
    ['', 'Question - max 120 characters', 'Answer 1 - max 75', '"Answer 2"', '"Time limit (sec) – 5, 10"', 'Correct'],
    ['1', `"Tea${separator} or ""milk""?"`, 'tea', 'milk', '20', '2'],
    ['2', '', '', '', '', ''],
    ['3', 'One?', 'a', '', '', ''],
  ]
  expect(await summary(`\ufeff${rows.map((row) => row.join(separator)).join(end)}`)).toEqual({
    format: 'kahoot',
    lists: [[`Tea${separator.trim() || ''} or "milk"?`, 'tea', 'milk']],
    notes: [
      { where: { unit: 'row', number: 5 }, what: { code: 'too-few-choices', min: 2, text: 'One?' } },
      { what: { code: 'right-answers-dropped', count: 1 } },
      { what: { code: 'time-limits-dropped', count: 1 } },
    ],
  })
})

const workbook = workbookOf(TITLES)
const withoutWorkbook = zipSync({ 'readme.txt': new Uint8Array([1, 2, 3]) })
const bomb = archiveOf({ 'xl/worksheets/sheet1.xml': new Uint8Array(30_000_000) })
/** Tells of its sheet, where it is unpacked, that it is a hundred bytes. */
const lyingBomb = bomb.slice()
const sizeOfSheet = Buffer.from(lyingBomb.buffer).indexOf('xl/worksheets/sheet1.xml') - 8
new DataView(lyingBomb.buffer).setUint32(sizeOfSheet, 100, true)

test.each([
  ['cut short', workbook.slice(0, -300), 'broken-file'],
  ['cut in its first file', workbook.slice(0, 40), 'broken-file'],
  [
    'not a ZIP archive behind its first bytes',
    Uint8Array.from([0x50, 0x4b, 3, 4, ...new Uint8Array(100).fill(255)]),
    'broken-file',
  ],
  ['a bomb', bomb, 'broken-file'],
  ['a bomb that lies about its size', lyingBomb, 'broken-file'],
  ['an archive of other things', withoutWorkbook, 'no-header-row'],
  ['a sheet without such titles', workbookOf({ A1: 'Name', B1: 'Votes', A2: 'Ann', B2: 3 }), 'no-header-row'],
  ['an old Excel file', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 1]), 'unknown-file'],
])('a file that is %s is refused by name', async (_, file, code) => {
  const { format, lists, notes } = await summary(file)
  expect({ format, lists }).toEqual({ format: 'unknown', lists: [] })
  expect(notes).toEqual([{ what: { code } }])
})

const mostXml = (piece: string) => piece.repeat(Math.floor((importLimits.sheetBytes - 3_000_000) / piece.length))
const longText = `${' '.repeat(2_000_000)}x`
const titles =
  '<row r="1"><c t="str"><v>Question</v></c><c t="str"><v>Answer 1</v></c><c t="str"><v>Answer 2</v></c></row>'

test.each([
  ['a tag that does not end', `<${mostXml('a')}`],
  ['tags that do not end', mostXml('<c r="A1" ')],
  ['attributes', sheetXml(`<c ${mostXml(' r')}>`)],
  ['brackets', mostXml('<')],
  ['cells of one row', sheetXml(`${titles}<row>${mostXml('<c t="s"><v>0</v></c>')}</row>`)],
  ['rows that share a long text', sheetXml(titles + mostXml('<row><c t="s"><v>0</v></c></row>'))],
  ['the last column', sheetXml(mostXml('<row><c r="XFD1"><v>0</v></c></row>'))],
])('a sheet of %s takes bounded time', async (_, sheet) => {
  const file = archiveOf({ 'xl/worksheets/sheet1.xml': sheet, 'xl/sharedStrings.xml': `<si><t>${longText}</t></si>` })
  const { lists, notes } = await summary(file)
  expect(lists).toEqual([])
  expect(notes).not.toContainEqual({ what: { code: 'broken-file' } })
})
