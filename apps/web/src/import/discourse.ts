import { limits } from '@pollcast/shared/limits'
import { closeTimeOf } from './close-time.ts'
import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace, ImportSettings } from './imported.ts'
import { type Line, linesOf } from './lines.ts'
import { hasPicture, textOfMarkdown } from './markdown.ts'

const OPENING = /^\[poll(\s[^\]]*)?\]$/i
const CLOSING = /^\[\/poll\]$/i
const HEADING = /^#{1,6}\s+(?=\S)/
const ITEM = /^(?:[-*+•]|\d{1,3}[.)])\s+(\S.*)$/
const ATTRIBUTE = /([a-z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'“\]]+))/gi

const VISIBILITY = new Map([
  ['always', 'always'],
  ['on_vote', 'after-vote'],
  ['on_close', 'after-close'],
  ['staff_only', 'host'],
] as const)

/** What a poll here has, or does not need. */
const TAKEN = new Set(['type', 'min', 'max', 'step', 'results', 'close', 'name', 'status', 'order'])
const DEFAULTS: Record<string, string> = { public: 'false', charttype: 'bar', dynamic: 'false' }

/** Longer than any that mean something. Without an end, one long word would take minutes to search. */
const ATTRIBUTES_LENGTH = 2000

/** How many choices a number poll may have where it does not say (Discourse's setting `poll_maximum_options`). */
const DEFAULT_MAX_OPTIONS = 20

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
  for (const [name, value] of attributes) {
    const isTaken = TAKEN.has(name) || DEFAULTS[name] === value
    if (!isTaken) builder.note({ code: 'setting-not-taken', setting: `${name}=${value}`.slice(0, 60) }, where)
  }
  const settings = settingsOf(attributes, choices.length, builder, where)
  builder.add({ where, question, choices: choices.map(textOfMarkdown), settings })
}

function settingsOf(
  attributes: Map<string, string>,
  choices: number,
  builder: ImportBuilder,
  where: ImportPlace,
): ImportSettings {
  const settings: ImportSettings = {}
  if (attributes.get('type') === 'multiple') {
    settings.minChoices = wholeNumber(attributes.get('min'), 1)
    settings.maxChoices = wholeNumber(attributes.get('max'), choices)
  }
  const results = attributes.get('results')
  if (results !== undefined) {
    const [, visibility] = [...VISIBILITY].find(([name]) => name === results) ?? []
    if (visibility) settings.resultsVisibility = visibility
    else builder.note({ code: 'setting-not-taken', setting: `results=${results}`.slice(0, 60) }, where)
  }
  const close = attributes.get('close')
  return close === undefined ? settings : { ...settings, ...closeTimeOf(close, new Date(close), builder, where) }
}

/** From `min` to `max` by `step`; undefined where these are more numbers than a poll has choices. */
function numbersOf(attributes: Map<string, string>): string[] | undefined {
  const min = wholeNumber(attributes.get('min'), 1)
  const max = wholeNumber(attributes.get('max'), DEFAULT_MAX_OPTIONS)
  const step = Math.max(wholeNumber(attributes.get('step'), 1), 1)
  const count = Math.max(Math.floor((max - min) / step) + 1, 0)
  if (count > limits.maxChoices) return undefined
  return Array.from({ length: count }, (_, index) => String(min + index * step))
}

function wholeNumber(value: string | undefined, otherwise: number): number {
  const number = Number.parseInt(value ?? '', 10)
  return Number.isSafeInteger(number) ? number : otherwise
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    Array.from(text.slice(0, ATTRIBUTES_LENGTH).matchAll(ATTRIBUTE), ([, name = '', ...values]) => [
      name.toLowerCase(),
      values.find((value) => value !== undefined)?.trim() ?? '',
    ]),
  )
}

const at = ({ number }: Line): ImportPlace => ({ unit: 'line', number })
