import { escapeHtml } from '../pages/html.ts'

export interface TextLine {
  text: string
  /** Where it begins, from the side that the chart begins on; or where it ends, if it stands at the end. */
  x: number
  y: number
  size: number
  className: string
  /** Whether the text itself is written from right to left. */
  isRtl?: boolean
  atEnd?: boolean
}

/**
 * One line as SVG. A chart from right to left is the mirror image of the other one.
 *
 * @param width of what the line stands in
 */
export function textLine(line: TextLine, width: number, isChartRtl: boolean): string {
  const { text, x, y, size, className, isRtl = false, atEnd = false } = line
  // Of the text, not of the chart: where an Arabic text starts is its right.
  const anchor = (isChartRtl === isRtl) === atEnd ? 'end' : 'start'
  const place = `x="${round(isChartRtl ? width - x : x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}"`
  return `<text class="${className}" ${place}${isRtl ? ' direction="rtl"' : ''}>${escapeXml(text)}</text>`
}

export const round = (length: number): number => Math.round(length * 10) / 10

/** Without what XML can't have (XML 1.0, section 2.2), whatever a database holds. */
export const escapeXml = (text: string): string =>
  escapeHtml(text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ''))
