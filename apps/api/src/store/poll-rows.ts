import type { PollState } from '../polls/state.ts'
import type { PollEntity } from './entities/poll-entity.ts'

/** A poll's row and the counters of its current round, as an SQL statement gives them. */
export interface PollRow extends Omit<PollState, 'content' | 'counters'> {
  /** JSON */
  content: string
  /** A JSON object: key to value. */
  counters: string
}

export const stateOfRow = (row: PollRow): PollState => ({
  id: row.id,
  kind: row.kind,
  question: row.question,
  content: JSON.parse(row.content),
  status: row.status,
  round: row.round,
  revision: row.revision,
  voters: row.voters,
  counters: JSON.parse(row.counters),
  createdAt: row.createdAt,
  deletedAt: row.deletedAt,
})

/** @param poll with the counters of its current round */
export const stateOfEntity = (poll: PollEntity): PollState => ({
  id: poll.id,
  kind: poll.kind,
  question: poll.question,
  content: JSON.parse(poll.content),
  status: poll.status,
  round: poll.round,
  revision: poll.revision,
  voters: poll.voters,
  counters: Object.fromEntries(poll.counters.map(({ key, value }) => [key, value])),
  createdAt: poll.createdAt,
  deletedAt: poll.deletedAt,
})
