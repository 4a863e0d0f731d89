import { PollError } from '../polls/errors.ts'
import type { BurstChange } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import { recounted } from '../polls/void-ballots.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { BurstEntity } from './entities/burst-entity.ts'
import { writePoll } from './host-transactions.ts'
import type { Transaction } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

const ANSWERS = `
  SELECT answer, count(*) AS ballots FROM ballot
  WHERE poll_id = $1 AND round = $2 AND burst = $3 AND voided = $4 GROUP BY answer`

/** Takes a burst's ballots out of the counters of the round, or back in. Resolves with the same poll where they are so already. */
export async function voidBurst(
  before: PollState,
  { number, voided }: BurstChange,
  transaction: Transaction,
  sql: VoteSql,
): Promise<PollState | PollError> {
  const { manager, query } = transaction
  const { id: pollId, round } = before
  const burst = await manager.findOneBy(BurstEntity, { pollId, round, number })
  if (!burst) return new PollError('burst-not-found', 'There was no such burst in this round.')
  if (burst.voided === Number(voided)) return before
  const rows: { answer: string; ballots: number | string }[] = await manager.query(ANSWERS, [
    pollId,
    round,
    number,
    burst.voided,
  ])
  const answers = rows.map(({ answer, ballots }) => ({ answer, ballots: Number(ballots) }))
  const poll = recounted(before, answers, voided ? -1 : 1)
  await manager.update(BurstEntity, { pollId, round, number }, { voided: Number(voided) })
  await manager.update(BallotEntity, { pollId, round, burst: number }, { voided: Number(voided) })
  const counters = Object.entries(poll.counters).map(([key, value]) => [pollId, round, key, value])
  await query(sql.writeCounters, [JSON.stringify(counters)])
  await writePoll(transaction, poll)
  return poll
}
