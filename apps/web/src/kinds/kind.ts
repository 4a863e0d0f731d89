import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { VoteBody } from '@pollcast/shared/vote'

/** A vote that the server has not answered yet. */
export interface PendingVote<Ballot> {
  /** What the voter wants now, which differs from `sent` if they changed their mind since. */
  wanted: Ballot
  sent: Ballot
  /** The snapshot on the page when the vote was sent, so one that can't include it. */
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
 * All that the page asks of a kind of question. The page passes ballots on without looking inside them. A new kind is
 * a folder beside `choice/` with one of these, and a line in `index.ts`.
 */
export interface Kind<Ballot = unknown> {
  /** Shows the results and takes the vote. Its default slot holds what the page has to say about the vote. */
  BallotForm: ComponentOf<BallotFormProps<Ballot>>
  /** The same results, for screen readers. */
  ResultTable: ComponentOf<ResultTableProps<Ballot>>
  /** CSS variables that tell the big-screen layout how much there is to fit in (styles/tokens.css). */
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
