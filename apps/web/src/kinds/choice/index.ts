import type { Kind } from '../kind.ts'
import { type Answer, isSameAnswer, withPendingVote } from './answer.ts'
import BallotForm from './BallotForm.vue'
import ChoiceTable from './ChoiceTable.vue'
import { shuffle } from './shuffle.ts'

/** Voters choose one or more of the poll's choices: an answer is a list of choice ids. */
export const choice: Kind<Answer> = {
  BallotForm,
  ResultTable: ChoiceTable,
  dimensions: ({ choices, maxChoices }) => ({
    '--rows': choices.length,
    '--longest': Math.max(...choices.map(({ text }) => text.length)),
    '--buttons': maxChoices > 1 ? 1 : 0,
  }),
  noAnswer: [],
  ownAnswerOf: ({ ownChoiceIds }) => ownChoiceIds,
  isSameAnswer,
  isAnswer: (kept): kept is Answer => Array.isArray(kept) && kept.every(Number.isInteger),
  withPendingVote,
  arrange: (snapshot, seed) => ({ ...snapshot, choices: shuffle(snapshot.choices, seed) }),
  voteBody: (choiceIds) => ({ choiceIds: [...choiceIds] }),
}
