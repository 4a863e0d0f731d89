import type { NewPoll, PollList, Snapshot } from '@pollcast/shared/poll'

/** One voter's wish: the choices their ballot in the poll's current round shall hold. */
export interface Vote {
  pollId: string
  voterId: string
  choiceIds: readonly number[]
  /** What it is remembered by, for a day, where it came with an idempotency key: a vote known by one of them counts once. */
  scopes?: readonly string[] | undefined
}

export interface RecordedVote {
  /** False where the ballot held these choices already: then nothing was written. */
  changed: boolean
  /** The poll as the transaction left it. Votes committed together share one object. */
  snapshot: Snapshot
  /** Where the vote repeats one that was counted before, the voter of that: their ballot was left as it is. */
  firstVoterId?: string
}

/** What of a poll never changes while it stands, beside its numbers. */
export interface StoredPoll {
  question: string
  maxChoices: number
  createdAt: string
  snapshot: Snapshot
}

export interface PollRecord extends NewPoll {
  id: string
  hostKeyHash: string
  /** The id and the host's key come from an idempotency key: the same poll asked for again is the one that is there. */
  isRepeatable?: boolean
}

/** The half of a store that changes it. Errors are PollErrors where a rule was broken. */
export interface PollWriter {
  /** Resolves once ballot, counters and revision are committed together. Votes may be committed in one transaction. */
  record(vote: Vote): Promise<RecordedVote>
  create(poll: PollRecord): Promise<StoredPoll>
}

/** The half that reads what is committed. Errors are PollErrors where what was asked for is not there. */
export interface PollReader {
  find(pollId: string): Promise<StoredPoll>
  snapshot(pollId: string): Promise<Snapshot>
  /** The choices on a voter's ballot in the poll's current round. */
  ballot(pollId: string, voterId: string): Promise<number[]>
  /** Newest first; the cursor is the last page's `nextCursor`. */
  list(page: { cursor?: string | undefined; limit: number }): Promise<PollList>
}

/** What the polls need of a store. */
export type PollStore = PollWriter & PollReader
