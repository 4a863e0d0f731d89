/** Characters below all columns of a chart together, where they are read from the back of a hall, and lines of them. */
const CHARACTERS = 44
const MOST_LINES = 3

/** Whether these texts have room below the columns of a chart. No word is broken. */
export function fitsColumns(texts: readonly string[]): boolean {
  const most = CHARACTERS / texts.length
  return texts.every((text) => linesOf(text, most) <= MOST_LINES)
}

function linesOf(text: string, most: number): number {
  let [lines, length] = [1, -1]
  for (const word of text.split(/\s+/)) {
    if (word.length > most) return Number.POSITIVE_INFINITY
    length += 1 + word.length
    if (length <= most) continue
    lines += 1
    length = word.length
  }
  return lines
}
