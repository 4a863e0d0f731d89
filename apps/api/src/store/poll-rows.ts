import type { Counters, PollState } from '../polls/state.ts'
import type { PollEntity } from './entities/poll-entity.ts'

interface PollColumns extends Omit<PollState, 'content' | 'counters'> {
  /** JSON */
  content: string
}

/** A poll's row and the counters of its current round, as an SQL statement gives them. */
export interface PollRow extends PollColumns {
  /** A JSON object: key to value. */
  counters: string
}

export const stateOfRow = (row: PollRow): PollState => stateOf(row, JSON.parse(row.counters))

/** @param poll with the counters of its current round */
export const stateOfEntity = (poll: PollEntity): PollState =>
  stateOf(poll, Object.fromEntries(poll.counters.map(({ key, value }) => [key, value])))

/** Field by field: what else a row holds, such as the hash of the host key, is not part of the state. */
const stateOf = (poll: PollColumns, counters: Counters): PollState => ({
  id: poll.id,
  kind: poll.kind,
  question: poll.question,
  content: JSON.parse(poll.content),
  status: poll.status,
  round: poll.round,
  revision: poll.revision,
  voters: poll.voters,
  counters,
  createdAt: poll.createdAt,
  deletedAt: poll.deletedAt,
})
