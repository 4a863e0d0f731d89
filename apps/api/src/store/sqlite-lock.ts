import sqlite3 from 'sqlite3'
import type { Log } from '../lib/log.ts'
import { DatabaseRefused } from './database.ts'

/** Milliseconds that a server waits for one that is ending: it finishes its requests within 5 s. */
const LOCK_TIMEOUT_MS = 6000

/** Held by the one server that may have an SQLite database open, however its process ends. */
export interface SqliteLock {
  release(): Promise<void>
}

/**
 * Takes the lock, or throws a DatabaseRefused where another server has it. Two servers on one file would not know of
 * each other's votes: only one with WORKERS tells all its processes.
 *
 * It is SQLite's own exclusive lock, on an empty file beside the database: the system takes it back from a process that
 * was killed, and it works wherever SQLite does. The database itself stays open to readers, such as a backup.
 *
 * @param path that of the file that is locked, which is there
 * @param database what the database is called
 * @param log gets that another server is being waited for
 */
export async function lockSqlite(path: string, database: string, log: Log): Promise<SqliteLock> {
  const connection = await open(path)
  const lock = { release: () => close(connection) }
  try {
    connection.configure('busyTimeout', 0)
    if (await begin(connection)) return lock
    log.info(`Waiting for another Pollcast to close ${database} …`, { event: 'database-locked', database })
    connection.configure('busyTimeout', LOCK_TIMEOUT_MS)
    if (await begin(connection)) return lock
  } catch (error) {
    await lock.release()
    throw error
  }
  await lock.release()
  throw new DatabaseRefused(
    `Another Pollcast is running on ${database}, and an SQLite file takes one at a time. Stop that one first, or set ` +
      'DATABASE_URL to another file. For more processes on one file set WORKERS.',
  )
}

/** False where another process, or another connection of this one, has the lock. */
async function begin(connection: sqlite3.Database): Promise<boolean> {
  try {
    // In memory, or it would make a journal's file for nothing.
    await run(connection, 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'SQLITE_BUSY') return false
    throw error
  }
}

const open = (path: string) =>
  new Promise<sqlite3.Database>((resolve, reject) => {
    const connection = new sqlite3.Database(path, sqlite3.OPEN_READWRITE, (error) =>
      error ? reject(error) : resolve(connection),
    )
  })

const run = (connection: sqlite3.Database, sql: string) =>
  new Promise<void>((resolve, reject) => connection.exec(sql, (error) => (error ? reject(error) : resolve())))

const close = (connection: sqlite3.Database) => new Promise<void>((resolve) => connection.close(() => resolve()))
