import type { PollChanged, Signal } from '../events.ts'
import type { PollWriter, RecordedVote, Vote } from '../ports.ts'

/**
 * Writes a vote and, once it is committed and only if it changed the poll, says so. What follows from that (streams,
 * caches, other processes) is the business of those who listen. Rejects with a PollError where the vote breaks a rule.
 *
 * @param voterKey by which the registry of streams knows who votes
 */
export async function castVote(
  vote: Vote,
  store: Pick<PollWriter, 'record'>,
  pollChanged: Signal<PollChanged>,
  voterKey?: string,
): Promise<RecordedVote> {
  const recorded = await store.record(vote)
  // A ballot that is nobody's opens nothing to whoever stands before the screen next.
  const isOwn = recorded.ballotId === vote.ballotId
  if (recorded.changed) {
    const voter = isOwn ? { voterKey, hasBallot: recorded.ballot !== null } : {}
    pollChanged.emit({ type: 'voted', poll: recorded.poll, ...voter })
  }
  return recorded
}
