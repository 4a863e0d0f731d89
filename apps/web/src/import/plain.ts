import { listMarkOf } from '@pollcast/shared/list-marks'
import type { ImportBuilder } from './import-builder.ts'
import { blocksOf, type Line, linesOf } from './lines.ts'

type Block = [Line, ...Line[]]

const RIGHT_ANSWER = /^\*\s*(?=\S)/
const CHECKED = /^(?:[-*•]\s+)?\[[xX]\]/

const isList = (block: readonly Line[]) => listMarkOf(block.map(({ text }) => text)) !== undefined

/**
 * What people type or copy: a question, then a choice on each line; an empty line ends a poll, unless no poll could be that
 * way. Marks of a list, and numbers of the questions, are not part of the texts.
 */
export function readPlain(text: string, builder: ImportBuilder): void {
  const blocks = questionsOf(blocksOf(linesOf(text)))
  const numbers = blocks.length > 1 ? listMarkOf(blocks.map(([question]) => question.text)) : undefined
  for (const [question, ...choices] of blocks) {
    const { texts, right } = itemsOf(choices)
    builder.add({
      where: { unit: 'line', number: question.number },
      question: numbers ? question.text.replace(numbers, '') : question.text,
      choices: texts,
      without: right ? ['right-answers-dropped'] : [],
    })
  }
}

/** Puts together what empty lines have parted: every line from the others, or a question from its choices. */
function questionsOf(blocks: Block[]): Block[] {
  const [first] = blocks
  if (first && (blocks.length === 2 || blocks.every((block) => block.length === 1))) {
    if (first.length === 1) return [[first[0], ...blocks.slice(1).flat()]]
  }
  const joined: Block[] = []
  for (const block of blocks) {
    const last = joined.at(-1)
    if (last?.length === 1 && block.length > 1 && isList(block)) joined[joined.length - 1] = [last[0], ...block]
    else joined.push(block)
  }
  return joined
}

/** The choices without the marks of their list, and without the stars or crosses that tell some of them to be right. */
function itemsOf(choices: readonly Line[]): { texts: string[]; right: boolean } {
  const lines = choices.map(({ text }) => text)
  const unstarred = lines.map((line) => line.replace(RIGHT_ANSWER, ''))
  const mark = listMarkOf(lines)
  const markBelowStars = mark ? undefined : listMarkOf(unstarred)
  if (markBelowStars) return { texts: unstarred.map((line) => line.replace(markBelowStars, '')), right: true }
  if (!mark) return { texts: lines, right: false }
  const checked = lines.filter((line) => CHECKED.test(line)).length
  return { texts: lines.map((line) => line.replace(mark, '')), right: checked > 0 && checked < lines.length }
}
