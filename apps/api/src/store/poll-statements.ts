import type { EntityManager } from 'typeorm'
import type { PollState } from '../polls/state.ts'
import { type PollRow, stateOfRow } from './poll-rows.ts'
import type { VoteSql } from './vote-sql.ts'

/** The polls that are there of these, in the order of their ids given, each with its room. */
export async function readPolls(
  manager: Pick<EntityManager, 'query'>,
  sql: Pick<VoteSql, 'polls'>,
  pollIds: readonly string[],
): Promise<PollState[]> {
  if (pollIds.length === 0) return []
  const rows: PollRow[] = await manager.query(sql.polls, [JSON.stringify(pollIds)])
  const polls = new Map(rows.map((row) => [row.id, stateOfRow(row)]))
  return pollIds.flatMap((id) => polls.get(id) ?? [])
}

export async function readPoll(
  manager: Pick<EntityManager, 'query'>,
  sql: Pick<VoteSql, 'polls'>,
  pollId: string,
): Promise<PollState | undefined> {
  const [poll] = await readPolls(manager, sql, [pollId])
  return poll
}
