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
  snapshotOf: (poll) => ({
    pollId: poll.id,
    view: poll.view,
    round: poll.round,
    revision: poll.revision,
    status: poll.status,
    voters: poll.voters,
    totalVotes: poll.totalVotes,
    choices: poll.choices,
    closesAt: poll.closesAt,
    now: poll.now,
    resultsHidden: poll.resultsHidden,
    ...(poll.rewordedAt !== null && { question: poll.question, rewordedAt: poll.rewordedAt }),
  }),
  noAnswer: [],
  ownAnswerOf: ({ ownChoiceIds }) => ownChoiceIds,
  isSameAnswer,
  withPendingVote,
  arrange: (snapshot, seed) => ({ ...snapshot, choices: shuffle(snapshot.choices, seed) }),
  voteBody: (choiceIds) => ({ choiceIds: [...choiceIds] }),
}
