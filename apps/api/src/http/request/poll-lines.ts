import { limits } from '@pollcast/shared/limits'
import { listMarkOf } from '@pollcast/shared/list-marks'
import { type NewPoll, newPollSchema } from '@pollcast/shared/settings'
import { invalidInput } from '../middleware/problem.ts'

interface Line {
  /** From 1, as editors count. */
  number: number
  text: string
}

/**
 * The poll that lines of text are: the question, then a choice on each line. Empty lines don't count, and marks of a list go
 * where each choice has one of the same sort. Throws a PollError whose paths are lines.
 */
export function parsePollLines(text: string): NewPoll {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index): Line => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '')
  const [question, ...choices] = lines
  const mark = listMarkOf(choices.map((choice) => choice.text))
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
