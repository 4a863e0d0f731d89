import { randomUUID } from 'node:crypto'
import { PollError } from './errors.ts'
import { kindOf } from './kinds/index.ts'
import { checkExists, checkMayVote } from './policy.ts'
import type { Vote } from './ports.ts'
import type { Tally } from './tally.ts'

/** What a batch of votes is decided by, beside its polls. */
export interface VoteContext {
  /** The counters that votes name though their poll does not have them, and that others of its kind have. */
  foreignKeys: ReadonlySet<string>
  /** The idempotency keys that votes came with before. */
  known: KnownVotes
  /** Whether the ballot, or the burst that the vote came with, was voided by the host. */
  isVoided(ballotId: string): boolean
  /** Whether the code that a vote came with is one of its room's. */
  isCode(vote: Vote): boolean
}

/** Answers are as their poll's kind normalizes them. */
export interface KnownVotes {
  /** Whether this is a vote that was counted before. The error is for another vote with the same key. */
  isRepeat(vote: Vote, answer: unknown): boolean | PollError
  add(vote: Vote, answer: unknown): void
}

export interface Decision {
  /** Whether the vote changed anything. */
  changed: boolean
  /** Whether it was sent, and counted, before. */
  isRepeat: boolean
  /** The ballot that it is on. */
  ballotId: string
  /** Whether that was not there. */
  isNew: boolean
}

/**
 * Counts a vote in its poll's tally, if every rule allows it. Answers with the PollError to refuse it with, or with what
 * came of it.
 */
export function decideVote(
  vote: Vote,
  tally: Tally,
  { foreignKeys, known, isCode, isVoided }: VoteContext,
): PollError | Decision {
  const poll = tally.before
  const deleted = checkExists(poll)
  if (deleted) return deleted
  const kind = kindOf(poll)
  const answer = vote.answer === null ? null : kind.normalize(vote.answer)
  // Whoever stands before the screen has a ballot of their own, and the same one where their vote is sent again.
  const ballotId = poll.voteMode === 'none' ? (vote.idempotencyScope ?? ownBallotId(vote)) : vote.ballotId
  const repeat = known.isRepeat(vote, answer)
  if (repeat instanceof PollError) return repeat
  if (repeat) return { changed: false, isRepeat: true, ballotId, isNew: false }
  const refused =
    checkMayVote(poll) ??
    checkCode(vote, poll.voteMode === 'code', isCode) ??
    (answer === null ? undefined : kind.check(poll.content, answer, foreignKeys)) ??
    checkChange(tally, ballotId, answer) ??
    (isVoided(ballotId) ? burstVoided() : undefined)
  if (refused) return refused
  known.add(vote, answer)
  const isNew = tally.ballot(ballotId) === null
  return { changed: tally.cast(ballotId, answer), isRepeat: false, ballotId, isNew }
}

const burstVoided = () =>
  new PollError(
    'burst-voided',
    'Very many new voters came from one network, and the host does not count their votes. Yours is one of them.',
  )

const ownBallotIds = new WeakMap<Vote, string>()

/** A ballot of the vote's own. It is the same where the transaction is done again, for the first may have been committed. */
function ownBallotId(vote: Vote): string {
  const id = ownBallotIds.get(vote) ?? randomUUID()
  ownBallotIds.set(vote, id)
  return id
}

/** The ballots that the vote may be on. */
export const ballotIdsOf = (vote: Vote): string[] => {
  const own = ownBallotIds.get(vote)
  return [vote.ballotId, vote.idempotencyScope, own].filter((id) => id !== undefined)
}

function checkCode(vote: Vote, isNeeded: boolean, isCode: (vote: Vote) => boolean): PollError | undefined {
  if (!isNeeded) {
    return vote.codeHash === undefined
      ? undefined
      : new PollError('no-code-needed', 'This poll takes no codes. Vote without one.')
  }
  if (vote.codeHash === undefined) {
    return new PollError('code-required', 'To vote in this poll, enter the code that you were given.')
  }
  return isCode(vote) ? undefined : new PollError('invalid-code', 'This code is not one of this room’s. Check it.')
}

/** Where votes are final, one that is on its ballot can't be changed, but can be sent again. */
function checkChange(tally: Tally, ballotId: string, answer: unknown): PollError | undefined {
  if (tally.before.allowChange) return undefined
  const old = tally.ballot(ballotId)
  if (old === null || old === JSON.stringify(answer)) return undefined
  return new PollError('vote-is-final', 'You have voted, and in this poll votes are final.')
}
