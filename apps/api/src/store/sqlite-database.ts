import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import sqlite3 from 'sqlite3'
import { DataSource } from 'typeorm'
import { type Log, silent } from '../lib/log.ts'
import { Availability } from './availability.ts'
import type { Database, WritableDatabase } from './database.ts'
import { sqliteFault } from './outage.ts'
import { entities, migrations } from './schema.ts'
import { makeSettings, readSettings } from './settings.ts'
import { sqliteVoteSql } from './vote-sql.ts'
import { WriteQueue } from './write-queue.ts'

/** How long, in milliseconds, a process waits for another one that has the file locked. */
const BUSY_TIMEOUT = 5000

/**
 * TypeORM asks for sqlite3's verbose mode, which takes a stack trace and a printout of the parameters for every
 * statement, in case it fails: a fifth of the time a vote takes.
 */
const driver = { ...sqlite3, verbose: () => sqlite3 }

/**
 * Opens an SQLite file, which is made with its folder where it is missing, and brings its schema up to date.
 *
 * TypeORM keeps one connection to an SQLite file, and what one statement sees on it, another's open transaction may
 * still undo. So reads have a connection of their own: in WAL mode it sees what is committed, and waits for nobody.
 *
 * @param log hears of each time that it can't be read or written to, and of when it can again
 */
export async function openSqlite(path: string, log: Log = silent): Promise<WritableDatabase> {
  await mkdir(dirname(path), { recursive: true })
  const writer = await new DataSource({ ...file(path), migrations }).initialize()
  await enterWal(writer)
  // FULL: a commit is on the disk before it is acknowledged, even if the power fails.
  await writer.query('PRAGMA synchronous = FULL')
  await migrate(writer)

  const { close, ...readable } = await openSqliteReader(path, log)
  const transactions = new WriteQueue(writer, new Availability(path, log, sqliteFault))
  return {
    ...readable,
    writer,
    transactions,
    voteSql: sqliteVoteSql,
    close: async () => {
      await transactions.close()
      await close()
      await writer.destroy()
    },
  }
}

/**
 * Opens, to read from it, an SQLite file that another process may write.
 *
 * @param log hears of each time that it can't be read
 */
export async function openSqliteReader(path: string, log: Log = silent): Promise<Database> {
  const reader = await new DataSource({ ...file(path), flags: sqlite3.OPEN_READONLY }).initialize()
  const availability = new Availability(path, log, sqliteFault)
  return {
    ...(await readSettings(reader)),
    reader,
    read: (work) => availability.during('read', () => work(reader.manager)),
    close: () => reader.destroy(),
  }
}

const file = (path: string) => {
  return { type: 'sqlite', database: path, driver, entities, busyTimeout: BUSY_TIMEOUT } as const
}

/** Of processes that start on a new file at once, one makes it WAL; SQLite tells the others BUSY, and does not wait. */
async function enterWal(writer: DataSource): Promise<void> {
  const end = performance.now() + BUSY_TIMEOUT
  for (;;) {
    try {
      await writer.query('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'SQLITE_BUSY' || performance.now() > end) throw error
      await pause(10)
    }
  }
}

/** Runs what is new in one transaction that has the file to itself, so that of several processes one does it. */
async function migrate(writer: DataSource): Promise<void> {
  await writer.query('BEGIN IMMEDIATE')
  try {
    await writer.runMigrations({ transaction: 'none' })
    await makeSettings(writer)
    await writer.query('COMMIT')
  } catch (error) {
    await writer.query('ROLLBACK')
    throw error
  }
}
