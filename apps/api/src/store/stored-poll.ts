import type { StoredPoll } from '../polls/poll-store.ts'
import type { PollEntity } from './entities/poll-entity.ts'

/** A poll's row and its choices', in their order, as the polls know them. */
export function storedPoll({ id, revision, status, totalVotes, choices, ...poll }: PollEntity): StoredPoll {
  const { question, maxChoices, createdAt } = poll
  const tally = choices.map(({ id, text, votes }) => ({ id, text, votes }))
  return { question, maxChoices, createdAt, snapshot: { pollId: id, revision, status, totalVotes, choices: tally } }
}
