import type { Choice, ChoiceResult } from '@pollcast/shared/kinds/choice'
import type { NewPoll, PollChange } from '@pollcast/shared/settings'
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

/** What a view shows of a poll's content and results; null stands for what is hidden. */
export interface Shown {
  choices: Choice[]
  totalVotes: number | null
}

/** What content can be made of. */
export type ContentSource = Pick<NewPoll, 'choices' | 'minChoices' | 'maxChoices'>

/** For new parts of a poll's content: a number that no other poll has, and the counters that any of its rounds had. */
export interface Identity {
  sequence: number
  usedKeys: ReadonlySet<string>
}

/**
 * What makes one kind of question differ from another. Commands, tally, store and views ask the kind, and know nothing
 * of what is in a poll's content or in an answer. Both are plain JSON.
 */
export interface Kind<Content = unknown, Answer = unknown> {
  /** The content of a new poll. */
  content(source: ContentSource, identity: Identity): Content
  /** What the content was made of. */
  source(content: Content): ContentSource
  /** The content after a change, where no vote depends on it; the error is for what can't be. */
  edit(content: Content, change: PollChange, identity: Identity): Content | PollError
  /** The same where votes depend on it: only its wording may change. The error is for anything else. */
  reword(content: Content, change: PollChange): Content | PollError
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
  /** How many parts an answer may have. */
  showRules(content: Content): { minChoices: number; maxChoices: number }
  /** @param counters null where results are hidden */
  show(content: Content, counters: Counters | null): Shown
  /** What a voter sees of their own answer; undefined where they have given none. */
  showOwn(answer: Answer | undefined): { ownChoiceIds: number[] }
  /** What a round with so many voters came to, for an export. @param counters null where results are hidden */
  showResults(content: Content, counters: Counters | null, voters: number): { choices: ChoiceResult[] }
  /** The same as a table. */
  resultTable(content: Content, counters: Counters | null, voters: number): Table
  /** The columns that an answer has in a table of ballots: what stays the same from round to round, and the heading. */
  ballotColumns(content: Content): Map<string, string>
  /** An answer in these columns. */
  ballotCells(content: Content, answer: Answer): Cell[]
  /** What the answer comes down to, where voters' moves from round to round can be told: one choice. */
  single(answer: Answer): number | undefined
}
