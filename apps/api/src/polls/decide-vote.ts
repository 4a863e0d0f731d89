import type { PollError } from './errors.ts'
import { kindOf } from './kinds/index.ts'
import { checkExists, checkMayVote } from './policy.ts'
import type { Vote } from './ports.ts'
import type { Tally } from './tally.ts'

/** The idempotency keys that votes came with before. Answers are as their poll's kind normalizes them. */
export interface KnownVotes {
  /** The voter of the vote that this one repeats; undefined where it is the first. The error is for a reused key. */
  firstVoterOf(vote: Vote, answer: unknown): string | PollError | undefined
  add(vote: Vote, answer: unknown): void
}

/**
 * Counts a vote in its poll's tally, if every rule allows it. Answers with the PollError to refuse it with, or with what
 * came of it: whether it changed anything, and whose vote it repeats.
 *
 * @param knownKeys the counters that votes name though their poll does not have them, and that others of its kind have
 */
export function decideVote(
  vote: Vote,
  tally: Tally,
  known: KnownVotes,
  knownKeys: ReadonlySet<string>,
): PollError | { changed: boolean; firstVoterId?: string } {
  const poll = tally.before
  const deleted = checkExists(poll)
  if (deleted) return deleted
  const kind = kindOf(poll)
  const answer = kind.normalize(vote.answer)
  const first = known.firstVoterOf(vote, answer)
  if (first instanceof Error) return first
  if (first !== undefined) return { changed: false, firstVoterId: first }
  const refused = checkMayVote(poll) ?? kind.check(poll.content, answer, knownKeys)
  if (refused) return refused
  known.add(vote, answer)
  return { changed: tally.cast(vote.voterId, answer) }
}
