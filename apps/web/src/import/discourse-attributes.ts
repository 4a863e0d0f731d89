import { limits } from '@pollcast/shared/limits'
import type { Visibility } from '@pollcast/shared/settings'
import { closeTimeOf } from './close-time.ts'
import type { ImportBuilder } from './import-builder.ts'
import type { ImportPlace, ImportSettings } from './imported.ts'

const ATTRIBUTE = /([a-z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|“([^”]*)”|([^\s"'“\]]+))/gi

const VISIBILITY = new Map<string, Visibility>([
  ['always', 'always'],
  ['on_vote', 'after-vote'],
  ['on_close', 'after-close'],
  ['staff_only', 'host'],
])

/** What a poll here has, or does not need. */
const TAKEN = new Set(['type', 'min', 'max', 'step', 'close', 'name', 'status', 'order'])
const DEFAULTS = new Map([
  ['public', 'false'],
  ['charttype', 'bar'],
  ['dynamic', 'false'],
])

/** Longer than any that mean something. Without an end, one long word would take minutes to search. */
const ATTRIBUTES_LENGTH = 2000

/** How many choices a number poll may have where it does not say (Discourse's setting `poll_maximum_options`). */
const DEFAULT_MAX_OPTIONS = 20

/** What the attributes say of a poll with so many choices; others are noted, unless they stand at their default. */
export function settingsOf(
  attributes: Map<string, string>,
  choices: number,
  builder: ImportBuilder,
  where: ImportPlace,
): ImportSettings {
  const visibility = VISIBILITY.get(attributes.get('results') ?? '')
  for (const [name, value] of attributes) {
    const isTaken = name === 'results' ? visibility !== undefined : TAKEN.has(name) || DEFAULTS.get(name) === value
    if (!isTaken) builder.note({ code: 'setting-not-taken', setting: `${name}=${value}`.slice(0, 60) }, where)
  }
  const settings: ImportSettings = {}
  if (attributes.get('type') === 'multiple') {
    settings.minChoices = wholeNumber(attributes.get('min'), 1)
    settings.maxChoices = wholeNumber(attributes.get('max'), choices)
  }
  if (visibility) settings.resultsVisibility = visibility
  const close = attributes.get('close')
  return close === undefined ? settings : { ...settings, ...closeTimeOf(close, new Date(close), builder, where) }
}

/** From `min` to `max` by `step`; undefined where these are more numbers than a poll has choices. */
export function numbersOf(attributes: Map<string, string>): string[] | undefined {
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

/** By name, in lower case. Values may be in quotes of any sort. */
export function attributesOf(text: string): Map<string, string> {
  return new Map(
    Array.from(text.slice(0, ATTRIBUTES_LENGTH).matchAll(ATTRIBUTE), ([, name = '', ...values]) => [
      name.toLowerCase(),
      values.find((value) => value !== undefined)?.trim() ?? '',
    ]),
  )
}
