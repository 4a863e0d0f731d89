import { expect, test } from 'vitest'
import { ENGLISH } from '../texts/languages.ts'
import { type Chart, chartSvg as chartIn } from './chart-svg.ts'
import { widthOf } from './text-width.ts'
import { wrap } from './wrap.ts'

const chartSvg = (chart: Chart) => chartIn(chart, ENGLISH, '')

const chart = (question: string, texts: readonly string[]): Chart => ({
  question,
  status: 'open',
  voters: 2,
  maxChoices: 1,
  totalVotes: 2,
  choices: texts.map((text, index) => ({ id: index + 1, text, votes: index === 0 ? 2 : 0 })),
})

test.each([
  ['words', 'How shall we spend the afternoon of the second day of the meeting by the sea, if it does not rain?'],
  ['one long word', 'x'.repeat(120)],
  ['ideographs', '明日の午後、海辺での会議の二日目をどのように過ごしましょうか。雨が降らなければ外に出ます。'],
  ['emoji of several characters', '👩‍👩‍👧'.repeat(15)],
  ['Thai, which has no spaces', 'เราจะใช้เวลาช่วงบ่ายของวันที่สองของการประชุมริมทะเลอย่างไรดี'],
])('a text of %s is wrapped, and nothing of it is lost', (_, text) => {
  const lines = wrap(text, 18, 300)
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) expect(widthOf(line, 18)).toBeLessThanOrEqual(300)
  expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
})

test('a line breaks at spaces, and no line begins with what closes a sentence', () => {
  expect(wrap('one two three', 10, 50)).toEqual(['one two', 'three'])
  for (const line of wrap('海海海。海海海。海海海。海海海。', 10, 31)) expect(line).not.toMatch(/^。/)
})

test('the chart of a question from right to left is a mirror image', () => {
  const svg = chartSvg(chart('ماذا نأكل؟', ['بيتزا', 'Sushi']))
  expect(svg).toContain('x="768" y="62" font-size="34" text-anchor="start" direction="rtl">ماذا نأكل؟<')
  expect(svg).toContain('text-anchor="end">Sushi<')
  expect(svg).toContain('text-anchor="start">100%<')
})

test('a choice from right to left among others begins where they begin', () => {
  expect(chartSvg(chart('What?', ['Pizza', 'בית']))).toContain(
    'x="16" y="30.5" font-size="18" text-anchor="end" direction="rtl">בית<',
  )
})

test('what XML can not have is left out', () => {
  expect(chartSvg(chart('a\u0000\u001b\ufffe\ud800b', ['x', 'y']))).toContain('<title id="title">ab</title>')
})
