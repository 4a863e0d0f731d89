import { timingSafeEqual } from 'node:crypto'
import { PollError } from './errors.ts'
import type { PollState } from './state.ts'

/*
 * Who may do what. Each rule answers with the PollError to refuse with, or undefined where it is allowed. They are asked
 * inside the transaction that writes, so that nothing can change between the question and the writing.
 */

/** Anything at all with a poll. */
export function checkExists({ deletedAt }: PollState): PollError | undefined {
  return deletedAt === null ? undefined : pollDeleted()
}

/** Throws the PollError of `checkExists`, for reads: nothing of a deleted poll is shown. */
export function requireExists(poll: PollState): void {
  const deleted = checkExists(poll)
  if (deleted) throw deleted
}

/** Voting, whatever the vote holds. */
export function checkMayVote({ status }: PollState): PollError | undefined {
  return status === 'closed' ? new PollError('poll-closed', 'This poll is closed and takes no more votes.') : undefined
}

/**
 * What only the host may do.
 *
 * @param known the hash of the host's key, empty where nobody hosts the poll
 * @param given the hash of the key that came with the request
 */
export function checkHost(known: string, given: string): PollError | undefined {
  const isHost = known.length === given.length && timingSafeEqual(Buffer.from(known), Buffer.from(given))
  return isHost ? undefined : new PollError('invalid-host-key', 'This is not the key of the poll’s host.')
}

export const pollDeleted = () => new PollError('poll-deleted', 'This poll was deleted by its host.')
