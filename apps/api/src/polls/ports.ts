import type { NewPoll } from '@pollcast/shared/poll'
import type { PollChange } from './commands/change-poll.ts'
import type { KindName } from './kinds/kind.ts'
import type { PollState } from './state.ts'

/** The answer that a voter wants on their ballot in the current round. */
export interface Vote {
  pollId: string
  voterId: string
  /** What the poll's kind makes of it. */
  answer: unknown
  /** What it is remembered by, for a day, where it came with an idempotency key: a vote known by one of them counts once. */
  idempotencyScopes?: readonly string[] | undefined
}

export interface RecordedVote {
  /** False where the ballot held this answer already: then nothing was written. */
  changed: boolean
  /** The poll as the transaction left it. Votes committed together share one object. */
  poll: PollState
  /** Where the vote repeats one that was counted before, the voter of that: their ballot was left as it is. */
  firstVoterId?: string
}

export interface PollRecord extends NewPoll {
  id: string
  kind: KindName
  hostKeyHash: string
  /** The id and the host's key come from an idempotency key: the same poll asked for again is the one that is there. */
  isRepeatable?: boolean
}

/** The half of a store that changes it. Errors are PollErrors where a rule was broken. */
export interface PollWriter {
  /** Resolves once ballot, counters and revision are committed together. Votes may be committed in one transaction. */
  record(vote: Vote): Promise<RecordedVote>
  /** `isNew` is false where a repeatable poll was there already. */
  create(poll: PollRecord): Promise<{ poll: PollState; isNew: boolean }>
  /** `changed` is false where the poll was so already. */
  change(change: HostRequest & PollChange): Promise<{ poll: PollState; changed: boolean }>
  /** Resolves with what is left of the poll. */
  delete(poll: HostRequest): Promise<PollState>
}

/** What a request of a host's names: a poll, and the hash of the key that came with it. */
export interface HostRequest {
  pollId: string
  hostKeyHash: string
}

/** The half that reads what is committed. Errors are PollErrors where what was asked for is not there. */
export interface PollReader {
  /** A deleted poll is found too. */
  find(pollId: string): Promise<PollState>
  /** Resolves where the poll is there and the key is its host's; rejects with the PollError to refuse with elsewhere. */
  requireHost(request: HostRequest): Promise<void>
  /** The answer on a voter's ballot in the poll's current round; undefined where they have none. */
  answer(pollId: string, voterId: string): Promise<unknown>
  /**
   * The poll and the ballots of its current round, as both were at one moment. The ballots come in pages, in the order of
   * their voters' ids, which tells when they came.
   *
   * @param begin gets the poll, and returns what gets the pages; called again where all has to be read again. What they
   *   throw ends the reading, which rejects with it
   */
  ballots(pollId: string, begin: (poll: PollState) => (page: readonly Ballot[]) => void): Promise<void>
  /** Those that were not deleted, newest first; the cursor is the last page's `nextCursor`, which is null on the last page. */
  list(page: ListPage): Promise<{ polls: PollState[]; nextCursor: string | null }>
}

export interface Ballot {
  voterId: string
  /** JSON, as the poll's kind normalizes it. */
  answer: string
}

export interface ListPage {
  cursor?: string | undefined
  limit: number
}

/** What the polls need of a store. */
export type PollStore = PollWriter & PollReader
