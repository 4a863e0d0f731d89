import type { Kind } from '../kind.ts'
import { type Answer, isSameAnswer, withPendingVote } from './answer.ts'
import BallotForm from './BallotForm.vue'
import ChoiceTable from './ChoiceTable.vue'

/** Voters choose one or more of the poll's choices: an answer is a list of choice ids. */
export const choice: Kind<Answer> = {
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
  ownAnswerOf: ({ ownChoiceIds }) => ownChoiceIds,
  isSameAnswer,
  withPendingVote,
  voteBody: (choiceIds) => ({ choiceIds: [...choiceIds] }),
}
