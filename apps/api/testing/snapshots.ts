import type { Snapshot } from '@pollcast/shared/poll'

/** A poll that has had as many votes as its revision says. */
export const snapshotAt = (revision: number, pollId = 'abcdefgh'): Snapshot => ({
  pollId,
  revision,
  status: 'open',
  totalVotes: revision,
  choices: [{ id: 1, text: 'Tabs', votes: revision }],
})
