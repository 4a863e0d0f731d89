import { limits } from '@pollcast/shared/limits'
import { attributesOf, numbersOf, settingsOf } from './discourse-attributes.ts'
import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace } from './imported.ts'
import { type Line, linesOf } from './lines.ts'
import { hasPicture, textOfMarkdown } from './markdown.ts'

const OPENING = /^\[poll(\s[^\]]*)?\]$/i
const CLOSING = /^\[\/poll\]$/i
const HEADING = /^#{1,6}\s+(?=\S)/
const ITEM = /^(?:[-*+•]|\d{1,3}[.)])\s+(\S.*)$/
export const isDiscourse = (text: string): boolean => /^[ \t]*\[poll(?:\s[^\]\r\n]*)?\][ \t]*$/im.test(text)

interface OpenPoll {
  where: ImportPlace
  attributes: Map<string, string>
  title: string
  choices: string[]
}

/**
 * The `[poll]`s in a post on a Discourse forum. A poll's question is the heading in it, else the line before it.
 * Attributes as in discourse/plugins/poll, their values with or without quotes.
 */
export function readDiscourse(text: string, builder: ImportBuilder): void {
  let lineBefore = ''
  let poll: OpenPoll | undefined
  const finish = () => {
    if (poll) addPoll(poll, builder)
    poll = undefined
    lineBefore = ''
  }
  for (const line of linesOf(text)) {
    const opening = OPENING.exec(line.text)
    if (opening) {
      if (poll) builder.note({ code: 'not-closed' }, poll.where)
      const title = lineBefore
      finish()
      poll = { where: at(line), attributes: attributesOf(opening[1] ?? ''), title, choices: [] }
    } else if (CLOSING.test(line.text)) finish()
    else if (poll) readInside(poll, line, builder)
    else if (line.text !== '') lineBefore = line.text.replace(HEADING, '')
  }
  if (poll) builder.note({ code: 'not-closed' }, poll.where)
  finish()
}

function readInside(poll: OpenPoll, line: Line, builder: ImportBuilder): void {
  const [, item] = ITEM.exec(line.text) ?? []
  if (item !== undefined) poll.choices.push(item)
  else if (HEADING.test(line.text)) poll.title = line.text.replace(HEADING, '')
  else if (line.text !== '') builder.note({ code: 'line-not-taken', text: line.text }, at(line))
}

function addPoll({ where, attributes, title, choices: items }: OpenPoll, builder: ImportBuilder): void {
  const question = textOfMarkdown(title)
  const type = attributes.get('type') ?? 'regular'
  if (!['regular', 'multiple', 'number'].includes(type)) {
    const kind = type === 'ranked_choice' ? 'ranked-choice' : 'unknown'
    builder.note({ code: 'kind-not-taken', kind, text: question }, where)
    return
  }
  const choices = type === 'number' ? numbersOf(attributes) : items
  if (!choices) {
    builder.note({ code: 'range-too-long', max: limits.maxChoices, text: question }, where)
    return
  }
  if (choices.some(hasPicture)) builder.note({ code: 'pictures-not-taken' }, where)
  const settings = settingsOf(attributes, choices.length, builder, where)
  builder.add({ where, question, choices: choices.map(textOfMarkdown), settings })
}

const at = ({ number }: Line): ImportPlace => ({ unit: 'line', number })
