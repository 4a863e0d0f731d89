import type { Snapshot } from '@pollcast/shared/poll'

/** A poll whose choices 1, 2 and so on have so many votes, each by one voter. */
export const snapshot = (revision: number, ...votes: number[]): Snapshot => ({
  pollId: 'abcdefgh',
  revision,
  status: 'open',
  totalVotes: votes.reduce((sum, count) => sum + count, 0),
  choices: votes.map((count, index) => ({ id: index + 1, text: `Choice ${index + 1}`, votes: count })),
})
