import type { Visibility, VoteMode } from '@pollcast/shared/settings'

/** A question of another tool, as `/new` can fill it in. */
export interface ImportedPoll {
  /** Empty where the source has none; a note says so. Else as the API takes it. */
  question: string
  /** At least two, no two of which look the same, each as the API takes it. */
  choices: string[]
  /** How many choices one ballot holds; without them one. */
  minChoices?: number
  maxChoices?: number
  resultsVisibility?: Visibility
  /** ISO 8601, in the future. */
  closesAt?: string
  allowChange?: boolean
  voteMode?: VoteMode
  shuffleChoices?: boolean
}

export type ImportSettings = Omit<ImportedPoll, 'question' | 'choices'>

/** Where in the source, from 1: line 4, question 3, row 9. */
export interface ImportPlace {
  unit: 'line' | 'question' | 'row'
  number: number
}

/** Sorts of questions that are no choice among texts. */
export type ForeignKind =
  | 'description'
  | 'essay'
  | 'matching'
  | 'meeting'
  | 'numerical'
  | 'ranked-choice'
  | 'short-answer'
  | 'unknown'

/** What was not taken as it stands. The page has a sentence for each code; texts in it are the source's own. */
export type ImportFinding =
  // Of the whole input.
  | { code: 'nothing-found' }
  | { code: 'unknown-file' }
  | { code: 'unknown-json' }
  | { code: 'broken-file' }
  | { code: 'too-large'; max: number; unit: 'bytes' | 'characters' }
  | { code: 'no-header-row' }
  | { code: 'encoding-guessed' }
  | { code: 'too-many-questions'; max: number; left: number }
  | { code: 'more-notes'; count: number }
  | { code: 'right-answers-dropped'; count: number }
  | { code: 'time-limits-dropped'; count: number }
  | { code: 'votes-not-taken'; count: number }
  // A question that was left out.
  | { code: 'not-readable'; text: string }
  | { code: 'kind-not-taken'; kind: ForeignKind; text: string }
  | { code: 'too-few-choices'; min: number; text: string }
  | { code: 'range-too-long'; max: number; text: string }
  // A question that was taken.
  | { code: 'no-question' }
  | { code: 'not-closed' }
  | { code: 'line-not-taken'; text: string }
  | { code: 'too-many-choices'; max: number; left: number }
  | { code: 'question-shortened'; max: number }
  | { code: 'choice-shortened'; max: number; text: string }
  | { code: 'same-choice'; text: string }
  | { code: 'characters-removed'; text: string }
  | { code: 'choices-per-vote-changed'; min: number; max: number }
  | { code: 'close-time-past'; closesAt: string }
  | { code: 'close-time-not-readable'; text: string }
  | { code: 'setting-not-taken'; setting: string }
  | { code: 'ip-check-not-taken' }
  | { code: 'pictures-not-taken' }
  | { code: 'descriptions-not-taken' }

/** Without a place it is about the whole input. */
export interface ImportNote {
  where?: ImportPlace
  what: ImportFinding
}

export type ImportFormat = 'aiken' | 'discourse' | 'gift' | 'kahoot' | 'plain' | 'pollcast' | 'strawpoll' | 'unknown'

export interface Imported {
  format: ImportFormat
  polls: ImportedPoll[]
  notes: ImportNote[]
}
