import { limits } from '@pollcast/shared/limits'
import type { NewPollBody, Visibility, VoteMode } from '@pollcast/shared/settings'
import type { ImportedPoll } from '../../import/imported.ts'

/** When the poll closes by itself: never, so many minutes after its start, or at a time (as a datetime-local field has it). */
export type Timer = '' | { minutes: number } | { at: string }

export interface DraftSettings {
  /** Whether a ballot may hold several choices. Then `minChoices` and `maxChoices` count. */
  several: boolean
  minChoices: number
  maxChoices: number
  resultsVisibility: Visibility
  resultsFromVoters: number
  allowChange: boolean
  shuffleChoices: boolean
  listed: boolean
  voteMode: VoteMode
  publishBallots: boolean
  timer: Timer
}

/** A choice that is being written. Keys stay when rows are moved, so that an input keeps its focus and its error. */
export interface DraftRow {
  key: number
  text: string
}

export interface PollDraft {
  question: string
  rows: DraftRow[]
  settings: DraftSettings
}

export const defaultSettings = (): DraftSettings => ({
  several: false,
  minChoices: 1,
  maxChoices: 2,
  resultsVisibility: 'always',
  resultsFromVoters: 0,
  allowChange: true,
  shuffleChoices: false,
  listed: false,
  voteMode: 'browser',
  publishBallots: false,
  timer: '',
})

const nextKey = (rows: readonly DraftRow[]) => Math.max(0, ...rows.map(({ key }) => key)) + 1

/** Also keeps an empty row at the end, to go on writing in, as long as the poll may have more choices. */
export function withRows(rows: readonly DraftRow[], texts: readonly string[], index: number): DraftRow[] {
  const first = nextKey(rows)
  const added = texts.map((text, offset) => ({ key: first + offset, text }))
  return complete([...rows.slice(0, index), ...added, ...rows.slice(index)])
}

export function complete(rows: readonly DraftRow[]): DraftRow[] {
  const completed = [...rows]
  const isFull = () => completed.length >= limits.maxChoices
  while (completed.length < limits.minChoices || (completed.at(-1)?.text !== '' && !isFull())) {
    completed.push({ key: nextKey(completed), text: '' })
  }
  return completed
}

export const draftOf = (question = '', choices: readonly string[] = [], settings = defaultSettings()): PollDraft => ({
  question,
  rows: withRows([], choices, 0),
  settings,
})

/** What was read from another tool. What it does not say has the page's own defaults. */
export function importedDraft({ question, choices, ...given }: ImportedPoll): PollDraft {
  const { minChoices = 1, maxChoices = 1, closesAt, ...others } = given
  const several = maxChoices > 1
  return draftOf(question, choices, {
    ...defaultSettings(),
    ...others,
    several,
    minChoices,
    maxChoices: several ? maxChoices : 2,
    timer: closesAt === undefined ? '' : { at: localTime(new Date(closesAt)) },
  })
}

/** As a datetime-local field has it: in the user's time zone, to the minute. */
export function localTime(time: Date): string {
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)
}

export const filledRows = ({ rows }: Pick<PollDraft, 'rows'>): DraftRow[] =>
  rows.filter(({ text }) => text.trim() !== '')

export const isBlank = (draft: PollDraft): boolean => draft.question.trim() === '' && filledRows(draft).length === 0

/** The body of the request. The rest is as the API's checks find it: it says what is wrong and where. */
export function bodyOf({ question, settings, ...draft }: PollDraft, now: Date): NewPollBody {
  const { several, minChoices, maxChoices, timer, ...others } = settings
  return {
    ...others,
    question: question.trim(),
    choices: filledRows(draft).map(({ text }) => text.trim()),
    ...(several ? { minChoices, maxChoices } : { maxChoices: 1 }),
    ...closing(timer, now),
  }
}

function closing(timer: Timer, now: Date): Pick<NewPollBody, 'closesAt'> {
  if (timer === '') return {}
  if ('minutes' in timer) return { closesAt: new Date(now.getTime() + timer.minutes * 60_000).toISOString() }
  const at = new Date(timer.at)
  return { closesAt: Number.isNaN(at.getTime()) ? timer.at : at.toISOString() }
}

/** The field that an error of the API is about: the key of a row, or else what the path names. */
export function fieldOf(path: string, draft: PollDraft): string | number {
  const [, index] = /^choices\.(\d+)/.exec(path) ?? []
  return (index !== undefined && filledRows(draft)[Number(index)]?.key) || path
}
