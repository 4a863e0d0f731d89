import type { Snapshot } from '@pollcast/shared/poll'

/** A vote on its way. */
export interface PendingVote {
  /** The ballot that the voter wants: not yet the one sent, where they changed their mind meanwhile. */
  wanted: readonly number[]
  sent: readonly number[]
  /** The snapshot that was there when it was sent, which can't hold it yet. */
  base: Snapshot
}

/**
 * The snapshot as it will be once the voter's ballot is the wanted one.
 *
 * A newer snapshot may hold the sent ballot or not: which, only the answer tells. Until then one is taken to hold it as
 * soon as every choice that it adds has grown since it was sent. So the own vote neither vanishes when somebody else's
 * lands first, nor counts twice; and what is shown is the truth, or off by that one vote until the answer comes (if
 * somebody else picked the same choice in that moment, it is shown one short).
 */
export function withPendingVote(
  snapshot: Snapshot,
  counted: readonly number[],
  pending: PendingVote | undefined,
): Snapshot {
  if (!pending) return snapshot
  return moveBallot(snapshot, holdsSent(snapshot, counted, pending) ? pending.sent : counted, pending.wanted)
}

function holdsSent(snapshot: Snapshot, counted: readonly number[], { sent, base }: PendingVote): boolean {
  const growth = (choiceId: number) => votesOf(snapshot, choiceId) - votesOf(base, choiceId)
  const added = sent.filter((choiceId) => !counted.includes(choiceId))
  const removed = counted.filter((choiceId) => !sent.includes(choiceId))
  return added.length > 0 ? added.every((id) => growth(id) > 0) : removed.every((id) => growth(id) < 0)
}

function votesOf({ choices }: Snapshot, choiceId: number): number {
  return choices.find(({ id }) => id === choiceId)?.votes ?? 0
}

function moveBallot(snapshot: Snapshot, from: readonly number[], to: readonly number[]): Snapshot {
  if (isSameBallot(from, to)) return snapshot
  return {
    ...snapshot,
    totalVotes: snapshot.totalVotes + Number(to.length > 0) - Number(from.length > 0),
    choices: snapshot.choices.map((choice) => ({
      ...choice,
      votes: choice.votes + Number(to.includes(choice.id)) - Number(from.includes(choice.id)),
    })),
  }
}

export function isSameBallot(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((choiceId) => other.includes(choiceId))
}
