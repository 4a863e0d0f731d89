import type { ImportBuilder } from './import-builder.ts'
import { type Line, linesOf } from './lines.ts'

const CHOICE = /^([A-Za-z])[.)]\s*(\S.*)$/
const ANSWER = /^ANSWER\s*:/i

/** Whether a text is in Moodle's Aiken format: lettered choices, and a line that names the right one. */
export const isAiken = (text: string): boolean => /^[ \t]*ANSWER[ \t]*:/im.test(text) && /^[ \t]*A[.)]/im.test(text)

/**
 * Questions in Aiken: a line, choices as `A. x`, `A) x` or `A)x`, then `ANSWER: B`. One without its answer is good enough
 * here, and one that lacks more costs none of the others.
 */
export function readAiken(text: string, builder: ImportBuilder): void {
  let question: Line[] = []
  let choices: Line[] = []
  const finish = (answered: boolean) => {
    const [first] = [...question, ...choices]
    if (first) {
      builder.add({
        where: { unit: 'line', number: first.number },
        question: question.map((line) => line.text).join(' '),
        choices: choices.map((line) => line.text),
        without: answered ? ['right-answers-dropped'] : [],
      })
    }
    question = []
    choices = []
  }

  let afterBlank = false
  for (const line of linesOf(text)) {
    if (line.text === '') {
      if (choices.length > 0) finish(false)
      afterBlank = true
      continue
    }
    const [, letter, choice] = CHOICE.exec(line.text) ?? []
    if (ANSWER.test(line.text)) {
      if (question.length + choices.length === 0) builder.note({ code: 'line-not-taken', text: line.text }, at(line))
      finish(true)
    } else if (choice !== undefined && (question.length + choices.length > 0 || /a/i.test(letter ?? ''))) {
      choices.push({ number: line.number, text: choice })
    } else {
      if (choices.length > 0 || afterBlank) finish(false)
      question.push(line)
    }
    afterBlank = false
  }
  finish(false)
}

const at = ({ number }: Line) => ({ unit: 'line', number }) as const
