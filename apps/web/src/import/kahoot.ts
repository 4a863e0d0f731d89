import type { ImportBuilder } from './import-builder.ts'
import type { Row } from './xlsx.ts'

/** "Answer 1 - max 75 characters", and what others have made of it. */
const CHOICE = /^(?:answer|option|choice|antwort|respuesta|réponse|الإجابة|إجابة)\s*(?:\d{1,2}|[a-j])\b/i
const QUESTION = /^(?:question|frage|pregunta|السؤال|سؤال)/i
const RIGHT = /correct|right|richtig|صحيح/i
const TIME = /^(?:time|zeit|tiempo|temps|limite de temps)/i

/** How far down the titles of columns may stand: Kahoot's own are in row 8. */
const SEARCHED_ROWS = 40
const SEARCHED_CHARACTERS = 10_000

/** Whether a text is a table with such titles; quotation marks and separators are only looked at roughly. */
export const isKahootCsv = (text: string): boolean =>
  text
    .slice(0, SEARCHED_CHARACTERS)
    .split(/\r\n|\r|\n/, SEARCHED_ROWS)
    .some((line, index) => columnsOf({ number: index + 1, cells: line.split(/"?[,;\t]"?/) }) !== undefined)

interface Columns {
  question: number
  choices: number[]
  right: number
  time: number
}

/**
 * The questions of a sheet as Kahoot's template has them, below its row of titles. Rows with numbers alone are empty ones of
 * the template. Returns whether there are such titles.
 */
export function readKahootRows(rows: readonly Row[], builder: ImportBuilder): boolean {
  for (const [index, row] of rows.slice(0, SEARCHED_ROWS).entries()) {
    const columns = columnsOf(row)
    if (!columns) continue
    for (const below of rows.slice(index + 1)) addRow(below, columns, builder)
    return true
  }
  return false
}

function columnsOf({ cells }: Row): Columns | undefined {
  const titles = Array.from(cells, (cell) => (cell ?? '').replace(/^\s*"?\s*/, ''))
  const choices = titles.flatMap((title, column) => (CHOICE.test(title) ? [column] : []))
  const [first = 0] = choices
  const question = titles.findIndex((title) => QUESTION.test(title))
  if (choices.length < 2 || question < 0 || question > first) return undefined
  return {
    question,
    choices,
    right: titles.findIndex((title, column) => column > first && !choices.includes(column) && RIGHT.test(title)),
    time: titles.findIndex((title) => TIME.test(title)),
  }
}

function addRow({ number, cells }: Row, columns: Columns, builder: ImportBuilder): void {
  const text = (column: number) => (cells[column] ?? '').trim()
  const question = text(columns.question)
  const choices = columns.choices.map(text)
  if (question === '' && choices.every((choice) => choice === '')) return
  const without: ('right-answers-dropped' | 'time-limits-dropped')[] = []
  if (text(columns.right) !== '') without.push('right-answers-dropped')
  if (text(columns.time) !== '') without.push('time-limits-dropped')
  builder.add({ where: { unit: 'row', number }, question, choices, without })
}
