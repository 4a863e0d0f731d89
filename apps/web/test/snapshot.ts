import type { Poll, Snapshot } from '@pollcast/shared/poll'

/** A poll whose choices 1, 2 and so on have so many votes, each by one voter. */
export function snapshot(revision: number, ...votes: number[]): Snapshot {
  const total = votes.reduce((sum, count) => sum + count, 0)
  return {
    pollId: 'abcdefgh',
    view: 'public',
    round: 1,
    revision,
    status: 'open',
    voters: total,
    totalVotes: total,
    choices: votes.map((count, index) => ({ id: index + 1, text: `Choice ${index + 1}`, votes: count })),
    closesAt: null,
    now: new Date().toISOString(),
    resultsHidden: false,
  }
}

/** The same while results are hidden. */
export const hidden = (shown: Snapshot): Snapshot => ({
  ...shown,
  totalVotes: null,
  choices: shown.choices.map((choice) => ({ ...choice, votes: null })),
  resultsHidden: true,
})

/** The poll of a snapshot. */
export function pollOf({ pollId, ...shown }: Snapshot, changes: Partial<Poll> = {}): Poll {
  return {
    id: pollId,
    roomCode: '472915',
    kind: 'choice',
    ...shown,
    question: 'Which?',
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
    createdAt: shown.now,
    streamUrl: `/api/polls/${pollId}/stream`,
    ownChoiceIds: [],
    ownReceipt: null,
    ...changes,
  }
}
