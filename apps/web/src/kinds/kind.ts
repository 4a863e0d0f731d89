import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { VoteBody } from '@pollcast/shared/vote'

/** A vote that the server has not answered yet. */
export interface PendingVote<Answer> {
  /** The voter's latest answer. Differs from `sent` if they changed it since. */
  wanted: Answer
  sent: Answer
  /** The snapshot at the time the vote was sent, which can't include it yet. */
  base: Snapshot
}

/** What has become of a poll. One that was deleted while it is on screen stays there, with its last results. */
export type PollStatus = Poll['status'] | 'deleted'

export interface BallotFormProps<Answer> {
  poll: Poll
  /** Only an open poll takes votes. */
  status: PollStatus
  snapshot: Snapshot
  /** The voter's answer, pending or counted. */
  answer: Answer
  /** The answer that the server has counted. */
  counted: Answer
  /** Whether a vote would be taken now: not where it is final, or a code is missing. */
  canVote: boolean
  onVote(answer: Answer): void
}

export interface ResultTableProps<Answer> {
  poll: Poll
  snapshot: Snapshot
  answer: Answer
}

/** A .vue component with these props. */
type ComponentOf<Props> = new () => { $props: Props }

/**
 * A kind of question: everything that the page needs to know about it. To the page an answer is an opaque value. To
 * add a kind, add a folder next to `choice/` that exports one of these, and an entry in `index.ts`.
 */
export interface Kind<Answer = unknown> {
  /** Shows the results and takes the vote. Its default slot is for messages about the vote. */
  BallotForm: ComponentOf<BallotFormProps<Answer>>
  /** The same results, for screen readers. */
  ResultTable: ComponentOf<ResultTableProps<Answer>>
  /** CSS variables by which the big-screen layout fits the form to the screen (styles/tokens.css). */
  dimensions(poll: Poll): Record<`--${string}`, number>
  /** The answer that the server has counted for this voter. */
  ownAnswerOf(own: Pick<Poll, 'ownChoiceIds'>): Answer
  /** That of a voter without a ballot. */
  noAnswer: Answer
  isSameAnswer(one: Answer, other: Answer): boolean
  /** Whether what a browser has kept can be an answer. */
  isAnswer(kept: unknown): kept is Answer
  /** The snapshot as it will be once the wanted answer is counted in place of `counted`. */
  withPendingVote(snapshot: Snapshot, counted: Answer, pending: PendingVote<Answer>): Snapshot
  /** The same in an order of this voter's own, always the same one for a seed. */
  arrange(snapshot: Snapshot, seed: string): Snapshot
  /** The body of `POST /api/polls/:id/votes`. */
  voteBody(answer: Answer): VoteBody
}
