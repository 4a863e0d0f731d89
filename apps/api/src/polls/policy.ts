import { timingSafeEqual } from 'node:crypto'
import { PollError } from './errors.ts'
import type { PollState, RoomState } from './state.ts'
import { showsResults } from './visibility.ts'

/*
 * Who may do what. Each rule answers with the PollError to refuse with, or undefined where it is allowed. They are asked
 * inside the transaction that writes, so that nothing can change between the question and the writing.
 */

/** Milliseconds after its time for which a timed poll takes votes: they were on their way. */
export const GRACE_MS = 1000

/** Anything at all with a poll. */
export function checkExists({ deletedAt }: PollState): PollError | undefined {
  return deletedAt === null ? undefined : pollDeleted()
}

/** Throws the PollError of `checkExists`, for reads: nothing of a deleted poll is shown. */
export function requireExists(poll: PollState): void {
  const deleted = checkExists(poll)
  if (deleted) throw deleted
}

/** Anything at all with a room. */
export function checkRoomExists({ deletedAt }: RoomState): PollError | undefined {
  return deletedAt === null ? undefined : roomDeleted()
}

/** Voting, whatever the vote holds. */
export function checkMayVote({ status, closesAt }: PollState, now = Date.now()): PollError | undefined {
  const isOver = closesAt !== null && now > Date.parse(closesAt) + GRACE_MS
  return status === 'closed' || isOver
    ? new PollError('poll-closed', 'This poll is closed and takes no more votes.')
    : undefined
}

/**
 * What only the host may do.
 *
 * @param given the hash of the key that came with the request
 */
export function checkHost({ hostKeyHash }: RoomState, given: string): PollError | undefined {
  const isHost = hostKeyHash.length === given.length && timingSafeEqual(Buffer.from(hostKeyHash), Buffer.from(given))
  return isHost ? undefined : new PollError('invalid-host-key', 'This is not the host’s key.')
}

/** Reading the published ballots, for anybody but the host. */
export function checkBallotsPublic(poll: PollState): PollError | undefined {
  if (poll.publishBallots && poll.status === 'closed' && showsResults(poll, 'public')) return undefined
  return new PollError(
    'results-hidden',
    'Only the host may read the ballots. Send their key: "Authorization: Bearer KEY".',
  )
}

/** By its host, by who runs the server, or because nobody used it any more: nothing is kept that says by whom. */
export const pollDeleted = () => new PollError('poll-deleted', 'This poll was deleted.')
export const roomDeleted = () => new PollError('room-deleted', 'This room was deleted.')
