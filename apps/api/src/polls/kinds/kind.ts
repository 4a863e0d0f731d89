import type { ChoiceResult } from '@pollcast/shared/kinds/choice'
import type { Choice, NewPoll } from '@pollcast/shared/poll'
import type { PollError } from '../errors.ts'
import type { Counters } from '../state.ts'

/** The names that kinds are stored under. */
export type KindName = 'choice'

/** A cell of a table. Null is blank: there is nothing to say, which is not 0. */
export type Cell = string | number | null

export interface Table {
  columns: string[]
  rows: Cell[][]
}

/**
 * What makes one kind of question differ from another. Commands, tally, store and views ask the kind, and know nothing
 * of what is in a poll's content or in an answer. Both are plain JSON.
 */
export interface Kind<Content = unknown, Answer = unknown> {
  /**
   * The content of a new poll.
   *
   * @param sequence a number that no other poll has, for ids that no other poll's content has
   */
  content(poll: NewPoll, sequence: number): Content
  /** Whether the content is what was made of this poll, at whatever sequence. */
  isContentOf(poll: NewPoll, content: Content): boolean
  /** The counters that a round begins with, each at 0. */
  keys(content: Content): string[]
  /** The answer as it is stored: two that mean the same are the same JSON. */
  normalize(answer: Answer): Answer
  /** What an answer adds to each counter. Where a voter changes their answer, what the old one added is taken off. */
  counts(answer: Answer): ReadonlyMap<string, number>
  /**
   * The PollError to refuse the answer with; undefined where the poll takes it.
   *
   * @param foreignKeys the counters that it names and that only other polls of the kind have
   */
  check(content: Content, answer: Answer, foreignKeys: ReadonlySet<string>): PollError | undefined
  /** What everybody may see of content and counters. */
  show(content: Content, counters: Counters): { choices: Choice[]; maxChoices: number }
  /** What a voter sees of their own answer; undefined where they have given none. */
  showOwn(answer: Answer | undefined): { ownChoiceIds: number[] }
  /** What a round with so many voters came to, for an export. */
  showResults(content: Content, counters: Counters, voters: number): { choices: ChoiceResult[] }
  /** The same as a table. */
  resultTable(content: Content, counters: Counters, voters: number): Table
  /** The columns that an answer has in a table of ballots. */
  ballotColumns(content: Content): string[]
  /** An answer in these columns. */
  ballotCells(content: Content, answer: Answer): Cell[]
}
