import type { PollStore, RecordedVote, Vote } from './poll-store.ts'
import type { Signal, VoteCast } from './signals.ts'

/**
 * Writes a vote and, once it is committed and only if it changed the poll, says so. What follows from that (streams,
 * caches, other processes) is none of its business. Rejects with a PollError where the vote breaks a rule.
 */
export async function castVote(
  vote: Vote,
  store: Pick<PollStore, 'record'>,
  voteCast: Signal<VoteCast>,
): Promise<RecordedVote> {
  const recorded = await store.record({ ...vote, choiceIds: [...new Set(vote.choiceIds)].sort((a, b) => a - b) })
  if (recorded.changed) voteCast.emit({ snapshot: recorded.snapshot })
  return recorded
}
