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
  if (recorded.changed)
    pollChanged.emit({ type: 'voted', poll: recorded.poll, voterKey, hasBallot: recorded.ballot !== null })
  return recorded
}
