import { isRightToLeft } from '@pollcast/shared/text-direction'
import { round, textLine } from './text-line.ts'
import { widthOf } from './text-width.ts'
import { wrap } from './wrap.ts'

export interface Row {
  text: string
  /** How much of the row its bar fills, from 0 to 1. */
  part: number
  share: string
  count: string
  isLeader: boolean
}

const PADDING = 16
const TEXT = { size: 18, line: 24 }
const SHARE_SIZE = 22
const COUNT_SIZE = 15
/** Between the text and its numbers: the mark of the leader stands there. */
const GAP = 32
const FOOT = 5

/**
 * A row is its bar: a tint, and a strip at its foot in the same hue. The text begins the row, the numbers end it.
 *
 * @param longest of all rows, so that their numbers stand below one another
 */
export function drawRow(
  { text, part, share, count, isLeader }: Row,
  width: number,
  longest: { share: string; count: string },
  isChartRtl: boolean,
): { svg: string; height: number } {
  const shareEnd = width - 2 * PADDING - widthOf(longest.count, COUNT_SIZE)
  const textWidth = shareEnd - widthOf(longest.share, SHARE_SIZE) - GAP - PADDING
  const lines = wrap(text, TEXT.size, textWidth)
  const height = lines.length * TEXT.line + 28
  const middle = (height - FOOT) / 2 + 1
  const isRtl = isRightToLeft([text])
  const bar = round(part * width)
  const barX = isChartRtl ? round(width - bar) : 0
  const markX = shareEnd - widthOf(share, SHARE_SIZE) - 10

  const parts = [
    `<rect class="row" width="${width}" height="${height}"/>`,
    `<rect class="bar" x="${barX}" width="${bar}" height="${height}"/>`,
    `<rect class="mark" x="${barX}" y="${height - FOOT}" width="${bar}" height="${FOOT}"/>`,
    ...lines.map((line, index) => {
      const y = middle + 6 + (index - (lines.length - 1) / 2) * TEXT.line
      return textLine({ text: line, x: PADDING, y, size: TEXT.size, className: 'choice', isRtl }, width, isChartRtl)
    }),
    textLine(
      { text: share, x: shareEnd, y: middle + 8, size: SHARE_SIZE, className: 'share', atEnd: true },
      width,
      isChartRtl,
    ),
    textLine(
      { text: count, x: width - PADDING, y: middle + 6, size: COUNT_SIZE, className: 'count', atEnd: true },
      width,
      isChartRtl,
    ),
  ]
  if (isLeader)
    parts.push(
      `<path class="mark" d="M${round((isChartRtl ? width - markX : markX) - 5.5)} ${middle + 4}h11l-5.5-9z"/>`,
    )
  return { svg: parts.join(''), height }
}
