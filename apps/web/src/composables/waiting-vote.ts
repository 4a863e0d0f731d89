import type { ApiProblem } from '../api/api-problem.ts'
import { type Storage, storageNames, storageOf } from '../browser/storage.ts'

/** An answer as the server counts it: by its key once, however often it is sent. */
export interface Cast<Answer> {
  answer: Answer
  key: string
}

/** What a voter has chosen, and the server has not confirmed: it may have it or not. */
export interface WaitingVote<Answer = unknown> extends Cast<Answer> {
  /** What was sent before the voter chose this, and may have been counted. */
  before?: Cast<Answer>
  /** It is for this round, and no other. */
  round: number
  /** When it was chosen: milliseconds since 1970 by the clock of all of the browser's tabs. */
  at: number
  /** Whether a server, or a proxy before it, has answered: then it is not the network that is away. */
  isReached: boolean
}

/** Whether the same vote may be counted yet, or has been: nothing was decided about it. */
export const staysWaiting = ({ code, status }: Pick<ApiProblem, 'code' | 'status'>): boolean =>
  code === 'unreachable' || code === 'unexpected' || status === 408 || status === 429 || status >= 500

/** Whose vote on which poll. @param code the voter's one-time code, if they have one */
export const ballotOf = (pollId: string, code = ''): string => `${pollId} ${code}`

export function readBallot(ballot: string): { pollId: string; code: string | undefined } {
  // A code is kept as it was typed, with blanks in it.
  const [, pollId = '', code] = /^(\S*) (.*)$/.exec(ballot) ?? []
  return { pollId, code: code || undefined }
}

const PREFIX = 'waiting '

/** Where a ballot's vote waits, for all of the browser's tabs: what was chosen last, in whichever of them. */
export const waitingStorage = (ballot: string): Storage<WaitingVote> => storageOf(PREFIX + ballot)

export const waitingBallots = (): string[] => storageNames(PREFIX).map((name) => name.slice(PREFIX.length))

/** Whether this is the name of what waits, as the browser tells of changes; null where it has cleared everything. */
export const isWaitingKey = (key: string | null): boolean => key === null || key.startsWith(waitingStorage('').key)

/** Undefined where nothing waits, or what was kept is no such vote. What the answers are, only the poll's kind can tell. */
export function readWaiting(ballot: string): WaitingVote | undefined {
  const kept = waitingStorage(ballot).read() as Partial<WaitingVote> | null | undefined
  const isWhole =
    typeof kept?.key === 'string' &&
    [kept.at, kept.round].every(Number.isFinite) &&
    (kept.before === undefined || typeof kept.before?.key === 'string')
  return isWhole ? (kept as WaitingVote) : undefined
}
