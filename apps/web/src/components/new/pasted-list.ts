import { listMarkOf } from '@pollcast/shared/list-marks'

/**
 * The items of a pasted list, without its marks: a line each, or the cells of a table. Undefined where it is one text, which
 * the browser pastes by itself.
 */
export function pastedList(text: string): string[] | undefined {
  const lines = text
    .split(/[\r\n\t]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length < 2) return undefined
  const mark = listMarkOf(lines)
  return mark ? lines.map((line) => line.replace(mark, '')) : lines
}
