import type { Poll, Snapshot } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import type { NewPollBody } from '@pollcast/shared/settings'
import type { VoteBody } from '@pollcast/shared/vote'

export const newPollExample: NewPollBody = { question: 'Lunch?', choices: ['Pizza', 'Sushi'], maxChoices: 1 }

export const linesExample = 'Lunch?\nPizza\nSushi\n'

export const voteExample: VoteBody = { choiceIds: [3] }

const shown = {
  view: 'public',
  round: 1,
  revision: 2,
  status: 'open',
  voters: 2,
  totalVotes: 2,
  choices: [
    { id: 3, text: 'Pizza', votes: 2 },
    { id: 4, text: 'Sushi', votes: 0 },
  ],
  closesAt: null,
  now: '2030-01-31T12:00:00.000Z',
  resultsHidden: false,
} satisfies Partial<Snapshot>

export const snapshotExample: Snapshot = { pollId: 'tabspace', ...shown }

export const pollExample: Poll = {
  id: 'tabspace',
  roomCode: '472915',
  kind: 'choice',
  ...shown,
  question: 'Lunch?',
  rewordedAt: null,
  minChoices: 1,
  maxChoices: 1,
  resultsVisibility: 'always',
  resultsFromVoters: 0,
  allowChange: true,
  shuffleChoices: false,
  listed: false,
  voteMode: 'browser',
  publishBallots: false,
  createdAt: '2030-01-31T11:00:00.000Z',
  streamUrl: '/api/polls/tabspace/stream',
  ownChoiceIds: [],
  ownReceipt: null,
}

export const streamExample = `id: 4f1c.tabspace.public.2.b0b1
event: snapshot
retry: 1000
data: ${JSON.stringify(snapshotExample)}

`

export const problemExample: Problem = {
  title: 'Conflict',
  status: 409,
  code: 'poll-closed',
  detail: 'This poll is closed and takes no more votes.',
}
