import type { Snapshot } from '@pollcast/shared/poll'
import sqlite3 from 'sqlite3'

/** Runs one statement on a connection of its own, as the sqlite3 shell would beside the running server. */
export function query<Row>(path: string, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) => error && reject(error))
    database.configure('busyTimeout', 5000)
    database.all<Row>(sql, parameters, (error, rows) => {
      database.close()
      if (error) reject(error)
      else resolve(rows)
    })
  })
}

/** All that is stored of rooms, polls and votes. */
export async function contents(path: string): Promise<unknown> {
  return {
    polls: await query(path, 'SELECT * FROM poll ORDER BY id'),
    counters: await query(path, 'SELECT * FROM counter ORDER BY poll_id, round, key'),
    ballots: await query(path, 'SELECT * FROM ballot ORDER BY poll_id, round, id'),
    keys: await query(path, 'SELECT * FROM idempotency_key ORDER BY day, scope'),
    rooms: await query(path, 'SELECT * FROM room ORDER BY code'),
    rounds: await query(path, 'SELECT * FROM past_round ORDER BY poll_id, round'),
    codes: await query(path, 'SELECT * FROM one_time_code ORDER BY room_code, hash'),
    log: await query(path, 'SELECT * FROM host_log ORDER BY room_code, number'),
  }
}

/** Counts a poll's ballots anew, without looking at any counter. */
export async function recount(
  path: string,
  pollId: string,
): Promise<{ voters: number; totalVotes: number; choices: Snapshot['choices'] }> {
  const ballots = await query<{ answer: string }>(path, 'SELECT answer FROM ballot WHERE poll_id = ?', [pollId])
  const [poll] = await query<{ content: string }>(path, 'SELECT content FROM poll WHERE id = ?', [pollId])
  const { choices }: Pick<Snapshot, 'choices'> = JSON.parse(poll?.content ?? '')
  const answers = ballots.map((ballot): number[] => JSON.parse(ballot.answer))
  return {
    voters: ballots.length,
    totalVotes: answers.flat().length,
    choices: choices.map((choice) => ({ ...choice, votes: answers.filter((ids) => ids.includes(choice.id)).length })),
  }
}
