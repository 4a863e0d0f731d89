import type { Snapshot } from '@pollcast/shared/poll'

/** A vote on its way, and the revision that was shown when it left. */
export interface PendingVote {
  choiceIds: readonly number[]
  revision: number
}

/**
 * The snapshot as it will be once the pending vote has moved the voter's ballot. Only that very snapshot the vote was
 * cast upon is sure not to hold it yet. A newer one may: nothing is added to it, and it is shown as it came.
 */
export function withPendingVote(
  snapshot: Snapshot,
  counted: readonly number[],
  pending: PendingVote | undefined,
): Snapshot {
  if (!pending || snapshot.revision !== pending.revision) return snapshot
  const voters = Number(pending.choiceIds.length > 0) - Number(counted.length > 0)
  return {
    ...snapshot,
    totalVotes: snapshot.totalVotes + voters,
    choices: snapshot.choices.map((choice) => ({
      ...choice,
      votes: choice.votes + Number(pending.choiceIds.includes(choice.id)) - Number(counted.includes(choice.id)),
    })),
  }
}

export function isSameBallot(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((choiceId) => other.includes(choiceId))
}
