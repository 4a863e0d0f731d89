import { limits } from '@pollcast/shared/limits'
import { PollError } from '../errors.ts'
import type { Counters } from '../state.ts'
import type { Kind } from './kind.ts'

interface Content {
  readonly choices: readonly { readonly id: number; readonly text: string }[]
  /** How many of them one ballot may hold. */
  readonly maxChoices: number
}

/** The ids of the choices, ascending, each once. */
type Answer = readonly number[]

/** Choices, of which a voter picks one or several. Each has a counter, named by its id: the ballots that hold it. */
export const choice: Kind<Content, Answer> = {
  content: ({ choices, maxChoices }, sequence) => ({
    choices: choices.map((text, position) => ({ id: sequence * ID_RANGE + position, text })),
    maxChoices,
  }),

  isContentOf: (poll, { choices, maxChoices }) =>
    maxChoices === poll.maxChoices &&
    choices.length === poll.choices.length &&
    choices.every(({ text }, index) => text === poll.choices[index]),

  keys: ({ choices }) => choices.map(({ id }) => String(id)),

  normalize: (choiceIds) => [...new Set(choiceIds)].sort((a, b) => a - b),

  counts: (choiceIds) => new Map(choiceIds.map((id) => [String(id), 1])),

  check({ choices, maxChoices }, choiceIds, foreignKeys) {
    if (choiceIds.length === 0) return new PollError('no-choice', 'Vote for at least one choice.')
    if (choiceIds.length > maxChoices) {
      const allowed = maxChoices === 1 ? 'one choice' : `${maxChoices} choices`
      return new PollError('too-many-choices', `In this poll, vote for at most ${allowed}, not ${choiceIds.length}.`)
    }
    const unknown = choiceIds.find((id) => !choices.some((choice) => choice.id === id))
    if (unknown === undefined) return undefined
    const own = `Its choices are ${choices.map(({ id }) => id).join(', ')}.`
    return foreignKeys.has(String(unknown))
      ? new PollError('choice-of-another-poll', `Choice ${unknown} belongs to another poll. ${own}`)
      : new PollError('choice-not-found', `There is no choice ${unknown}. ${own}`)
  },

  show: (content, counters) => ({ choices: withVotes(content, counters), maxChoices: content.maxChoices }),

  showOwn: (choiceIds = []) => ({ ownChoiceIds: [...choiceIds] }),

  showResults: (content, counters, voters) => ({ choices: resultsOf(content, counters, voters) }),

  resultTable: (content, counters, voters) => ({
    columns: ['choice', 'votes', 'share'],
    rows: resultsOf(content, counters, voters).map(({ text, votes, share }) => [text, votes, share]),
  }),

  ballotColumns: ({ choices }) => choices.map(({ text }) => text),

  ballotCells: ({ choices }, choiceIds) => choices.map(({ id }) => (choiceIds.includes(id) ? 1 : 0)),
}

const withVotes = ({ choices }: Content, counters: Counters) =>
  choices.map(({ id, text }) => ({ id, text, votes: counters[id] ?? 0 }))

const resultsOf = (content: Content, counters: Counters, voters: number) =>
  withVotes(content, counters).map(({ id, text, votes }) => {
    return { id, text, votes, share: voters === 0 ? null : rounded(votes / voters) }
  })

/** To six places, which JavaScript never writes with an exponent. */
const rounded = (share: number) => Number(share.toFixed(6))

/** A poll's ids are this far from the next one's: more than it can have choices. */
const ID_RANGE = 64
if (limits.maxChoices > ID_RANGE) throw new RangeError('There are more choices than ids for them.')
