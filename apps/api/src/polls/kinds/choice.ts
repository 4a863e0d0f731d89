import { limits } from '@pollcast/shared/limits'
import type { FieldError } from '@pollcast/shared/problem'
import { countErrors, type PollChange } from '@pollcast/shared/settings'
import { looksOf } from '@pollcast/shared/text'
import { hasVotes, invalidFields, PollError } from '../errors.ts'
import type { Counters } from '../state.ts'
import type { ContentSource, Identity, Kind } from './kind.ts'

interface Content {
  readonly choices: readonly { readonly id: number; readonly text: string }[]
  /** How many of them one ballot holds. */
  readonly minChoices: number
  readonly maxChoices: number
}

/** The ids of the choices, ascending, each once. */
type Answer = readonly number[]

/** Choices, of which a voter picks one or several. Each has a counter, named by its id: the ballots that hold it. */
export const choice: Kind<Content, Answer> = {
  content({ choices, minChoices, maxChoices }, identity) {
    const ids = freshIds(identity)
    return { choices: choices.map((text) => ({ id: next(ids), text })), minChoices, maxChoices }
  },

  source: ({ choices, minChoices, maxChoices }) => ({
    choices: choices.map(({ text }) => text),
    minChoices,
    maxChoices,
  }),

  /** A choice whose text stays keeps its id, so that rounds can be laid side by side. */
  edit(content, change, identity) {
    const source = sourceAfter(content, change)
    const { choices, minChoices, maxChoices } = source
    const errors = countErrors(source)
    if (errors.length > 0) return invalidFields('invalid-body', errors)
    const known = new Map(content.choices.map(({ id, text }) => [looksOf(text), id]))
    const kept = choices.map((text) => known.get(looksOf(text)))
    const ids = freshIds(identity, kept)
    return { choices: choices.map((text, index) => ({ id: kept[index] ?? next(ids), text })), minChoices, maxChoices }
  },

  reword(content, change) {
    const { choices, minChoices, maxChoices } = sourceAfter(content, change)
    const errors = [
      ...choicesErrors(content, choices),
      ...(minChoices === content.minChoices ? [] : [{ path: 'minChoices', message: KEPT }]),
      ...(maxChoices === content.maxChoices ? [] : [{ path: 'maxChoices', message: KEPT }]),
    ]
    if (errors.length > 0) return hasVotes(errors)
    return { ...content, choices: content.choices.map(({ id, text }, index) => ({ id, text: choices[index] ?? text })) }
  },

  keys: ({ choices }) => choices.map(({ id }) => String(id)),

  normalize: (choiceIds) => [...new Set(choiceIds)].sort((a, b) => a - b),

  counts: (choiceIds) => new Map(choiceIds.map((id) => [String(id), 1])),

  check({ choices, minChoices, maxChoices }, choiceIds, foreignKeys) {
    if (choiceIds.length === 0) return new PollError('no-choice', 'Vote for at least one choice.')
    if (choiceIds.length > maxChoices) {
      const detail = `In this poll, vote for at most ${choicesOf(maxChoices)}, not ${choiceIds.length}.`
      return new PollError('too-many-choices', detail)
    }
    if (choiceIds.length < minChoices) {
      const detail = `In this poll, vote for at least ${choicesOf(minChoices)}, not ${choiceIds.length}.`
      return new PollError('too-few-choices', detail)
    }
    const unknown = choiceIds.find((id) => !choices.some((choice) => choice.id === id))
    if (unknown === undefined) return undefined
    const own = `Its choices are ${choices.map(({ id }) => id).join(', ')}.`
    return foreignKeys.has(String(unknown))
      ? new PollError('choice-of-another-poll', `Choice ${unknown} belongs to another poll. ${own}`)
      : new PollError('choice-not-found', `There is no choice ${unknown}. ${own}`)
  },

  showRules: ({ minChoices, maxChoices }) => ({ minChoices, maxChoices }),

  show(content, counters) {
    const choices = withVotes(content, counters)
    return { choices, totalVotes: counters && choices.reduce((sum, { votes }) => sum + (votes ?? 0), 0) }
  },

  showOwn: (choiceIds = []) => ({ ownChoiceIds: [...choiceIds] }),

  showResults: (content, counters, voters) => ({ choices: resultsOf(content, counters, voters) }),

  resultTable: (content, counters, voters) => ({
    columns: ['choice', 'votes', 'share'],
    rows: resultsOf(content, counters, voters).map(({ text, votes, share }) => [text, votes, share]),
  }),

  ballotColumns: ({ choices }) => new Map(choices.map(({ id, text }) => [String(id), text])),

  ballotCells: ({ choices }, choiceIds) => choices.map(({ id }) => (choiceIds.includes(id) ? 1 : 0)),

  single: (choiceIds) => (choiceIds.length === 1 ? choiceIds[0] : undefined),
}

const choicesOf = (count: number) => (count === 1 ? 'one choice' : `${count} choices`)

/** What the content is to be made of: what was not sent stays. */
const sourceAfter = (content: Content, change: PollChange): ContentSource => ({
  choices: change.choices ?? content.choices.map(({ text }) => text),
  minChoices: change.minChoices ?? content.minChoices,
  maxChoices: change.maxChoices ?? content.maxChoices,
})

const KEPT = 'Stays while there are votes.'

/** What can't be done to the choices once there are votes for them. */
function choicesErrors({ choices }: Content, texts: readonly string[]): FieldError[] {
  if (texts.length !== choices.length) return [{ path: 'choices', message: 'No choice can be added or removed.' }]
  return texts.flatMap((text, index) => {
    const old = choices.findIndex((one) => looksOf(one.text) === looksOf(text))
    // Votes for the one would be shown as votes for the other.
    return old === -1 || old === index ? [] : [{ path: `choices.${index}`, message: 'The text of another choice.' }]
  })
}

const withVotes = ({ choices }: Content, counters: Counters | null) =>
  choices.map(({ id, text }) => ({ id, text, votes: counters && (counters[id] ?? 0) }))

const resultsOf = (content: Content, counters: Counters | null, voters: number) =>
  withVotes(content, counters).map(({ id, text, votes }) => {
    return { id, text, votes, share: votes === null || voters === 0 ? null : rounded(votes / voters) }
  })

/** To six places, which JavaScript never writes with an exponent. */
const rounded = (share: number) => Number(share.toFixed(6))

/** A poll's ids are this far from the next one's: more than it can have choices. */
const ID_RANGE = 64
if (limits.maxChoices > ID_RANGE) throw new RangeError('There are more choices than ids for them.')

/** Ids of the poll's range, without those that are kept: first those that none of its rounds has had. */
function* freshIds(
  { sequence, usedKeys }: Identity,
  kept: readonly (number | undefined)[] = [],
): Generator<number, void> {
  const range = Array.from({ length: ID_RANGE }, (_, offset) => sequence * ID_RANGE + offset)
  const free = range.filter((id) => !kept.includes(id))
  yield* free.filter((id) => !usedKeys.has(String(id)))
  yield* free
}

function next(ids: Iterator<number, void>): number {
  const { value } = ids.next()
  if (value === undefined) throw new RangeError('There are no more ids for choices.')
  return value
}
