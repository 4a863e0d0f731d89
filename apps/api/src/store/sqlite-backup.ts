import sqlite3 from 'sqlite3'
import { FileRefused, isThere, makeWhole } from '../lib/whole-file.ts'
import { DatabaseRefused } from './database.ts'
import { sqliteRefusal } from './sqlite-refusal.ts'

/** The part of sqlite3 that its types leave out (its README, "Backup"). */
interface Backup {
  readonly completed: boolean
  step(pages: number, done: (error: Error | null) => void): void
  finish(done: (error: Error | null) => void): void
}

/** Milliseconds that another program may have the file locked for. */
const BUSY_TIMEOUT_MS = 5000

/**
 * Writes a copy of an SQLite database, as it is at one moment, to a file: checked, on the disk, and in one piece without a
 * log beside it. The database may be in use: nobody waits for this, and the votes of after that moment are not in it.
 *
 * Throws a DatabaseRefused where the database can't be read or is damaged, and a FileRefused where the file can't be made.
 */
export async function backUpSqlite(path: string, file: string, options?: { replace?: boolean }): Promise<void> {
  if (!(await isThere(path))) throw new DatabaseRefused(`There is no database at ${path}. See DATABASE_URL.`)
  const copy = (partial: string) =>
    copySqlite(path, partial, file).catch((error) => Promise.reject(sqliteRefusal(path, error)))
  await makeWhole(file, copy, options)
}

/**
 * The same, to a file that is there and empty. It is not synchronized. Rejects as SQLite does, but for a full disk: the
 * original is only read.
 *
 * @param name what the copy is called in that FileRefused
 */
export async function copySqlite(path: string, to: string, name: string): Promise<void> {
  await copyPages(path, to).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'SQLITE_FULL'
      ? new FileRefused(`${name} can't be written: there is no room left on its disk.`, { cause: error })
      : error
  })
  await withSqlite(to, sqlite3.OPEN_READWRITE, async (copy) => {
    // It has the original's mode, in which opening it to read would make two more files.
    await all(copy, 'PRAGMA journal_mode = DELETE')
    await checkSqlite(copy, path)
  })
}

async function copyPages(path: string, to: string): Promise<void> {
  await withSqlite(path, sqlite3.OPEN_READONLY, async (source) => {
    const backup = (source as sqlite3.Database & { backup(file: string): Backup }).backup(to)
    try {
      const end = performance.now() + BUSY_TIMEOUT_MS
      // All pages in one step, so in one read transaction: after a step, what was written meanwhile starts it all over.
      do await settled((done) => backup.step(-1, done))
      while (!backup.completed && performance.now() < end)
      if (!backup.completed)
        throw new DatabaseRefused(`The database at ${path} is locked by another program. Try again.`)
    } finally {
      await settled((done) => backup.finish(done))
    }
  })
}

/** Throws a DatabaseRefused if the database that is open is damaged. */
async function checkSqlite(database: sqlite3.Database, name: string): Promise<void> {
  const problems = await all<{ quick_check: string }>(database, 'PRAGMA quick_check(1)')
  if (problems.length === 1 && problems[0]?.quick_check === 'ok') return
  throw new DatabaseRefused(`The database at ${name} is damaged: ${problems[0]?.quick_check}. No copy was made.`)
}

async function withSqlite<T>(path: string, mode: number, work: (database: sqlite3.Database) => Promise<T>): Promise<T> {
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const made = new sqlite3.Database(path, mode, (error) => (error ? reject(error) : resolve(made)))
  })
  database.configure('busyTimeout', BUSY_TIMEOUT_MS)
  try {
    return await work(database)
  } finally {
    await settled((done) => database.close(done))
  }
}

const all = <Row>(database: sqlite3.Database, sql: string) =>
  new Promise<Row[]>((resolve, reject) =>
    database.all<Row>(sql, (error, rows) => (error ? reject(error) : resolve(rows))),
  )

const settled = (start: (done: (error: Error | null) => void) => void) =>
  new Promise<void>((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
