import type { Snapshot } from '@pollcast/shared/poll'
import sqlite3 from 'sqlite3'
import { onTestFinished } from 'vitest'

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

/** A connection like that which stays open until the test has ended. */
export function connect(path: string): (sql: string) => Promise<void> {
  const database = new sqlite3.Database(path, sqlite3.OPEN_READWRITE)
  onTestFinished(() => new Promise<void>((resolve) => database.close(() => resolve())))
  return (sql) => new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())))
}

/** All that is stored of polls and votes. */
export async function contents(path: string): Promise<unknown> {
  return {
    polls: await query(path, 'SELECT * FROM poll ORDER BY id'),
    choices: await query(path, 'SELECT * FROM choice ORDER BY id'),
    ballots: await query(path, 'SELECT * FROM ballot ORDER BY poll_id, round, voter_id'),
  }
}

/** Counts a poll's ballots anew, without looking at any counter. */
export async function recount(path: string, pollId: string): Promise<Pick<Snapshot, 'totalVotes' | 'choices'>> {
  const ballots = await query<{ choice_ids: string }>(path, 'SELECT choice_ids FROM ballot WHERE poll_id = ?', [pollId])
  const choices = await query<{ id: number; text: string }>(
    path,
    'SELECT id, text FROM choice WHERE poll_id = ? ORDER BY position',
    [pollId],
  )
  const held = ballots.map((ballot): number[] => JSON.parse(ballot.choice_ids))
  return {
    totalVotes: ballots.length,
    choices: choices.map((choice) => ({ ...choice, votes: held.filter((ids) => ids.includes(choice.id)).length })),
  }
}
