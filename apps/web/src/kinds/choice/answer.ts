import type { Snapshot } from '@pollcast/shared/poll'
import type { PendingVote } from '../kind.ts'

/** The ids of the choices on one voter's ballot, in any order; empty before the first vote. */
export type Answer = readonly number[]

/**
 * The snapshot as it will be once the wanted answer is counted in place of `counted`.
 *
 * Before the response comes, nobody here knows whether a newer snapshot includes the sent answer. The page assumes that
 * it does once every choice that it adds has more votes than when it was sent; while results are hidden, once there is one
 * voter more. So the vote does not disappear when someone else's comes first, and is never counted twice. If someone else
 * votes for the same choice in that moment, its number is one too low until the response comes.
 */
export function withPendingVote(snapshot: Snapshot, counted: Answer, pending: PendingVote<Answer>): Snapshot {
  return moveAnswer(snapshot, includesSent(snapshot, counted, pending) ? pending.sent : counted, pending.wanted)
}

function includesSent(snapshot: Snapshot, counted: Answer, { sent, base }: PendingVote<Answer>): boolean {
  if (snapshot.round !== base.round) return false
  if (snapshot.resultsHidden || base.resultsHidden) {
    const moved = ballotsIn(sent) - ballotsIn(counted)
    return moved !== 0 && (snapshot.voters - base.voters) * moved > 0
  }
  const growth = (choiceId: number) => votesOf(snapshot, choiceId) - votesOf(base, choiceId)
  const added = sent.filter((choiceId) => !counted.includes(choiceId))
  const removed = counted.filter((choiceId) => !sent.includes(choiceId))
  return added.length > 0 ? added.every((id) => growth(id) > 0) : removed.every((id) => growth(id) < 0)
}

function votesOf({ choices }: Snapshot, choiceId: number): number {
  return choices.find(({ id }) => id === choiceId)?.votes ?? 0
}

const ballotsIn = (answer: Answer) => Number(answer.length > 0)

function moveAnswer(snapshot: Snapshot, from: Answer, to: Answer): Snapshot {
  if (isSameAnswer(from, to)) return snapshot
  const { voters, totalVotes, choices } = snapshot
  return {
    ...snapshot,
    voters: voters + ballotsIn(to) - ballotsIn(from),
    totalVotes: totalVotes === null ? null : totalVotes + to.length - from.length,
    choices: choices.map(({ id, text, votes }) => ({
      id,
      text,
      votes: votes === null ? null : votes + Number(to.includes(id)) - Number(from.includes(id)),
    })),
  }
}

export function isSameAnswer(one: Answer, other: Answer): boolean {
  return one.length === other.length && one.every((choiceId) => other.includes(choiceId))
}
