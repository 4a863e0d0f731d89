import { type GIFTQuestion, parse, type TextFormat } from 'gift-pegjs'
import { giftBlocksOf } from './gift-blocks.ts'
import { hasHtmlPicture, textOfHtml } from './html.ts'
import type { ImportBuilder, SourcePoll } from './import-builder.ts'
import type { ForeignKind, ImportPlace } from './imported.ts'
import { hasPicture, textOfMarkdown } from './markdown.ts'

/** Kinds as gift-pegjs names them. A category is no question, so that nothing is said of it. */
const FOREIGN = new Map<GIFTQuestion['type'], ForeignKind>([
  ['Description', 'description'],
  ['Essay', 'essay'],
  ['Matching', 'matching'],
  ['Numerical', 'numerical'],
  ['Short', 'short-answer'],
])

/** Parsing takes long where it fails: of more questions, or a longer one, it is not tried. */
const MAX_BLOCKS = 1000
const MAX_BLOCK_LENGTH = 20_000

/**
 * The questions of Moodle's GIFT format that are a choice: `{=right ~wrong}`, `{~%50%right ~%50%right ~wrong}`, `{T}`.
 *
 * @param trueAndFalse the choices of a question `{T}` or `{F}`, whose texts are not in the file
 */
export function readGift(text: string, builder: ImportBuilder, trueAndFalse: readonly [string, string]): void {
  const blocks = giftBlocksOf(text)
  builder.leaveOut(blocks.length - MAX_BLOCKS)
  for (const block of blocks.slice(0, MAX_BLOCKS)) {
    const where: ImportPlace = { unit: 'line', number: block.number }
    const questions = parseLeniently(block.text)
    if (!questions) builder.note({ code: 'not-readable', text: block.text }, where)
    for (const question of questions ?? []) addQuestion(question, where, builder, trueAndFalse)
  }
}

/** Undefined where it is no question. */
function parseLeniently(block: string): GIFTQuestion[] | undefined {
  if (block.length > MAX_BLOCK_LENGTH) return undefined
  for (const source of [block, withEscapes(block)]) {
    try {
      return parse(`${source}\n\n`)
    } catch {
      // Tried with more escapes, then named.
    }
  }
  return undefined
}

/**
 * The block with escapes where Moodle needs none and the parser does: before colons ("http://…", "at 3:45"), and outside of
 * braces before the signs that answers begin with.
 */
function withEscapes(block: string): string {
  const [title = ''] = /^::(?:\\.|[^\\:]|:(?!:))*::/.exec(block) ?? []
  let inAnswers = false
  const rest = block.slice(title.length).replace(/\\.|[{}:=~#]/g, (found) => {
    if (found === '{' || found === '}') inAnswers = found === '{'
    else if (found === ':' || (found.length === 1 && !inAnswers)) return `\\${found}`
    return found
  })
  return title + rest
}

function addQuestion(
  question: GIFTQuestion,
  where: ImportPlace,
  builder: ImportBuilder,
  trueAndFalse: readonly [string, string],
): void {
  if (question.type === 'Category') return
  const stem = plainTextOf(question.stem) || (question.title ?? '')
  if (question.type === 'MC') {
    const texts = question.choices.map((choice) => choice.text)
    if ([question.stem, ...texts].some(withPicture)) builder.note({ code: 'pictures-not-taken' }, where)
    const positive = question.choices.filter(({ weight }) => weight !== null && weight > 0)
    const right = positive.length > 0 || question.choices.some(({ isCorrect }) => isCorrect)
    const poll: SourcePoll = { where, question: stem, choices: texts.map(plainTextOf) }
    // Shares of the mark that only several choices together earn in full: Moodle lets people tick any number of boxes.
    if (positive.length > 1 && !question.choices.some(({ isCorrect }) => isCorrect)) {
      poll.settings = { maxChoices: texts.length }
    }
    builder.add({ ...poll, without: right ? ['right-answers-dropped'] : [] })
  } else if (question.type === 'TF') {
    if (withPicture(question.stem)) builder.note({ code: 'pictures-not-taken' }, where)
    builder.add({ where, question: stem, choices: trueAndFalse, without: ['right-answers-dropped'] })
  } else {
    builder.note({ code: 'kind-not-taken', kind: FOREIGN.get(question.type) ?? 'unknown', text: stem }, where)
  }
}

const withPicture = ({ format, text }: TextFormat) => (format === 'markdown' ? hasPicture(text) : hasHtmlPicture(text))

/** Texts without a format of their own are Moodle's, which may hold tags. */
function plainTextOf({ format, text }: TextFormat): string {
  if (format === 'plain') return text
  return format === 'markdown' ? textOfMarkdown(text) : textOfHtml(text)
}
