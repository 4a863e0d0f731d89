import type { Kind } from '../kind.ts'
import BallotForm from './BallotForm.vue'
import { type Ballot, isSameBallot, withPendingVote } from './ballot.ts'
import ChoiceTable from './ChoiceTable.vue'

/** Voters choose one or more of the poll's choices: a ballot is a list of choice ids. */
export const choice: Kind<Ballot> = {
  BallotForm,
  ResultTable: ChoiceTable,
  dimensions: ({ choices, maxChoices }) => ({
    '--rows': choices.length,
    '--longest': Math.max(...choices.map(({ text }) => text.length)),
    '--buttons': maxChoices > 1 ? 1 : 0,
  }),
  snapshotOf: ({ id, revision, status, totalVotes, choices }) => ({
    pollId: id,
    revision,
    status,
    totalVotes,
    choices,
  }),
  ownBallotOf: ({ ownChoiceIds }) => ownChoiceIds,
  isSameBallot,
  withPendingVote,
  voteBody: (choiceIds) => ({ choiceIds: [...choiceIds] }),
}
