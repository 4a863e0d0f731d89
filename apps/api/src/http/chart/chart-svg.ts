import { formatPercentage, percentagesOf } from '@pollcast/shared/percentages'
import { isRightToLeft } from '@pollcast/shared/text-direction'
import type { Shown } from '../../polls/kinds/kind.ts'
import type { Texts } from '../texts/languages.ts'
import { drawRow, type Row } from './row.ts'
import { escapeXml, textLine } from './text-line.ts'
import { wrap } from './wrap.ts'

export interface Chart extends Shown {
  question: string
  status: 'open' | 'closed'
  voters: number
  maxChoices: number
}

/* Lengths are in the SVG's own unit. */
const WIDTH = 800
const MARGIN = 32
const INNER = WIDTH - 2 * MARGIN
const QUESTION = { size: 34, line: 40 }
const NOTE_SIZE = 16

/**
 * The chart of a poll as an SVG that stands by itself: a bar for each choice, the leader marked, light or dark as the viewer
 * has it. It is laid out from right to left where the question is written so. The results must not be hidden.
 *
 * @param texts the language of what is counted
 * @param css the one of its style
 */
export function chartSvg(chart: Chart, texts: Texts, css: string): string {
  const { question } = chart
  const isRtl = isRightToLeft([question, ...chart.choices.map(({ text }) => text)])
  const rows = rowsOf(chart, texts)
  const longest = {
    share: texts.percent(1),
    count: rows.reduce((longest, { count }) => (count.length > longest.length ? count : longest), ''),
  }

  let y = MARGIN
  const drawn = wrap(question, QUESTION.size, INNER).map((text) => {
    y += QUESTION.line
    const line = {
      text,
      x: MARGIN,
      y: y - 10,
      size: QUESTION.size,
      className: 'question',
      isRtl: isRightToLeft([question]),
    }
    return textLine(line, WIDTH, isRtl)
  })
  y += 16
  for (const row of rows) {
    const { svg, height } = drawRow(row, INNER, longest, isRtl)
    drawn.push(`<g${row.isLeader ? ' class="lead"' : ''} transform="translate(${MARGIN} ${y})">${svg}</g>`)
    y += height + 8
  }
  const note = noteOf(chart, texts)
  drawn.push(
    textLine(
      { text: note, x: MARGIN, y: y + 24, size: NOTE_SIZE, className: 'soft', isRtl: isRightToLeft([note]) },
      WIDTH,
      isRtl,
    ),
  )
  const height = y + 24 + MARGIN
  const told = [...rows.map(({ text, share, count }) => `${text}: ${share}, ${count}.`), note].join(' ')

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title desc">
<title id="title">${escapeXml(question)}</title>
<desc id="desc">${escapeXml(told)}</desc>
<style>${css}</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${drawn.join('\n')}
</svg>
`
}

function rowsOf({ choices, voters, maxChoices }: Chart, texts: Texts): Row[] {
  const votes = choices.map((choice) => choice.votes ?? 0)
  const percentages = percentagesOf(votes, voters, maxChoices === 1)
  const [most = 0, second = 0] = votes.toSorted((one, other) => other - one)
  return choices.map(({ text }, index) => {
    const count = votes[index] ?? 0
    return {
      text,
      part: voters === 0 ? 0 : Math.min(1, count / voters),
      share: formatPercentage(percentages[index] ?? 0, count, voters, texts.percent),
      count: texts.number(count),
      isLeader: count === most && most > second,
    }
  })
}

function noteOf({ status, voters }: Chart, texts: Texts): string {
  const isOpen = status === 'open'
  if (voters === 0) return texts.t(isOpen ? 'chart.none' : 'chart.none-closed')
  return isOpen ? texts.voters(voters) : `${texts.voters(voters)} · ${texts.t('list.closed')}`
}
