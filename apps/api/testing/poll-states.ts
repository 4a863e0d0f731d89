import type { PollState } from '../src/polls/state.ts'

/** A poll that has had as many votes as its revision says. */
export const pollAt = (revision: number, id = 'abcdefgh'): PollState => ({
  id,
  kind: 'choice',
  question: 'Tabs?',
  content: { choices: [{ id: 1, text: 'Tabs' }], maxChoices: 1 },
  status: 'open',
  round: 1,
  revision,
  voters: revision,
  counters: { 1: revision },
  createdAt: '2026-11-25T12:00:00.000Z',
  deletedAt: null,
})
