import { limits } from '@pollcast/shared/limits'
import { type NewPoll, newPollSchema } from '@pollcast/shared/settings'
import { invalidInput } from '../middleware/problem.ts'

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

/** Whether each line has such a mark and, where these are numbers or letters, they count from the first: 1, 2, 3 or A, B, C. */
function isListOf(lines: readonly Line[], mark: RegExp): boolean {
  return lines.every(({ text }, index) => {
    const [found] = mark.exec(text) ?? []
    if (found === undefined) return false
    const [label] = /^[A-Za-z0-9]+/.exec(found) ?? []
    if (label === undefined) return true
    return /^\d/.test(label) ? Number(label) === index + 1 : label.toLowerCase() === LETTERS[index]
  })
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

interface Line {
  /** From 1, as editors count. */
  number: number
  text: string
}

/**
 * The poll that lines of text are: the question, then a choice on each line. Empty lines don't count, and marks of a list go
 * where each choice has one of the same sort. Throws a RequestError whose paths are lines.
 */
export function parsePollLines(text: string): NewPoll {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index): Line => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '')
  const [question, ...choices] = lines
  const mark = MARKS.find((one) => isListOf(choices, one))
  const parsed = newPollSchema.safeParse({
    question: question?.text ?? '',
    choices: choices.map((choice) => (mark ? choice.text.replace(mark, '') : choice.text)),
  })
  if (parsed.success) return parsed.data
  const after = (lines.at(-1)?.number ?? 0) + 1
  const lineOf = ([field, index]: PropertyKey[]): number => {
    if (field === 'question') return question?.number ?? 1
    // A list that is too long or too short: the first line too many, or where the next choice belongs.
    const choice = choices[typeof index === 'number' ? index : limits.maxChoices]
    return choice?.number ?? Math.max(after, 2)
  }
  throw invalidInput(
    'invalid-body',
    parsed.error.issues.map(({ path, message }) => ({ path: `line ${lineOf(path)}`, message })),
  )
}
