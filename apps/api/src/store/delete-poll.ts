import { withRevisions } from '../polls/revisions.ts'
import type { PollState } from '../polls/state.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { BurstEntity } from './entities/burst-entity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { IdempotencyKeyEntity } from './entities/idempotency-key-entity.ts'
import { PastRoundEntity } from './entities/past-round-entity.ts'
import { writePoll } from './host-transactions.ts'
import type { Transaction } from './transactions.ts'

/** Deletes what there is of a poll but its row, by which its address is known to be of a deleted one. */
export async function deletePoll(before: PollState, transaction: Transaction): Promise<PollState> {
  for (const entity of [BallotEntity, IdempotencyKeyEntity]) {
    await transaction.manager.delete(entity, { pollId: before.id })
  }
  return buryPoll(before, transaction)
}

/** The same without its ballots and what its votes are known by, of which there may be many (retention.ts). */
export async function buryPoll(before: PollState, transaction: Transaction): Promise<PollState> {
  const poll = withRevisions(before, {
    ...before,
    question: '',
    content: {},
    counters: {},
    status: 'closed',
    closesAt: null,
    voters: 0,
    rewordedAt: null,
    deletedAt: new Date().toISOString(),
  })
  const pollId = poll.id
  for (const entity of [CounterEntity, PastRoundEntity, BurstEntity]) {
    await transaction.manager.delete(entity, { pollId })
  }
  await writePoll(transaction, poll)
  return poll
}
