import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { VoteBody } from '@pollcast/shared/vote'

/** A vote that the server has not answered yet. */
export interface PendingVote<Ballot> {
  /** The voter's latest ballot. Differs from `sent` if they changed it since. */
  wanted: Ballot
  sent: Ballot
  /** The snapshot at the time the vote was sent, which can't include it yet. */
  base: Snapshot
}

export interface BallotFormProps<Ballot> {
  poll: Poll
  snapshot: Snapshot
  /** The voter's ballot, pending or counted. */
  ballot: Ballot
  /** The ballot that the server has counted. */
  counted: Ballot
  onVote(ballot: Ballot): void
}

export interface ResultTableProps<Ballot> {
  poll: Poll
  snapshot: Snapshot
  ballot: Ballot
}

/** A .vue component with these props. */
type ComponentOf<Props> = new () => { $props: Props }

/**
 * A kind of question: everything that the page needs to know about it. To the page a ballot is an opaque value. To add a
 * kind, add a folder next to `choice/` that exports one of these, and an entry in `index.ts`.
 */
export interface Kind<Ballot = unknown> {
  /** Shows the results and takes the vote. Its default slot is for messages about the vote. */
  BallotForm: ComponentOf<BallotFormProps<Ballot>>
  /** The same results, for screen readers. */
  ResultTable: ComponentOf<ResultTableProps<Ballot>>
  /** CSS variables by which the big-screen layout fits the form to the screen (styles/tokens.css). */
  dimensions(poll: Poll): Record<`--${string}`, number>
  snapshotOf(poll: Poll): Snapshot
  /** The ballot that the server has counted for this voter. */
  ownBallotOf(poll: Poll): Ballot
  isSameBallot(one: Ballot, other: Ballot): boolean
  /** The snapshot as it will be once the wanted ballot is counted in place of `counted`. */
  withPendingVote(snapshot: Snapshot, counted: Ballot, pending: PendingVote<Ballot>): Snapshot
  /** The body of `POST /api/polls/:id/votes`. */
  voteBody(ballot: Ballot): VoteBody
}
