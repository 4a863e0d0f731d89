/**
 * What people put before the items of a list. Where a mark could be part of the text ("-5", "1.5", "C.I.A."), white space has
 * to follow. A mark of its own is no item, so one of them keeps all lines as they are.
 */
const MARKS = [
  /^(?:[-*•]\s+)?\[[ xX]\]\s*(?=\S)/,
  /^-\s+(?=\S)/,
  /^\*\s+(?=\S)/,
  /^•\s*(?=\S)/,
  /^\d{1,3}\.\s+(?=\S)/,
  /^\d{1,3}\)\s*(?=\S)/,
  /^[A-Za-z]\.\s+(?=\S)/,
  /^[A-Za-z]\)\s*(?=\S)/,
]

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Whether each line has such a mark and, where these are numbers or letters, they count from the first: 1, 2, 3 or A, B, C. */
function isListOf(lines: readonly string[], mark: RegExp): boolean {
  return lines.every((line, index) => {
    const [found] = mark.exec(line) ?? []
    if (found === undefined) return false
    const [label] = /^[A-Za-z0-9]+/.exec(found) ?? []
    if (label === undefined) return true
    return /^\d/.test(label) ? Number(label) === index + 1 : label.toLowerCase() === LETTERS[index]
  })
}

/**
 * The mark that all of these lines begin with, to be replaced by nothing; undefined where they are no list of one sort.
 *
 * @param lines trimmed, none of them empty
 */
export const listMarkOf = (lines: readonly string[]): RegExp | undefined => MARKS.find((mark) => isListOf(lines, mark))
