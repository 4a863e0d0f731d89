import { setTimeout as pause } from 'node:timers/promises'
import sqlite3 from 'sqlite3'
import { DataSource } from 'typeorm'
import { type Log, silent } from '../lib/log.ts'
import { version } from '../lib/version.ts'
import { appliedMigrations } from './applied-migrations.ts'
import { Availability } from './availability.ts'
import { type Database, DatabaseRefused, type WritableDatabase } from './database.ts'
import { sqliteFault } from './database-errors.ts'
import { makeInstallation, readInstallation } from './installation.ts'
import { entities, migrations } from './schema.ts'
import { backUpSqlite } from './sqlite-backup.ts'
import { driver } from './sqlite-driver.ts'
import { type OpenFile, openFile, SqliteFiles } from './sqlite-files.ts'
import { makePrivate, prepareFile, type SqlitePlace } from './sqlite-folder.ts'
import { lockSqlite } from './sqlite-lock.ts'
import { sqliteRefusal } from './sqlite-refusal.ts'
import { setForeignLogAside } from './sqlite-set-aside.ts'
import { SqliteTransactions } from './sqlite-transactions.ts'
import { sqliteVoteSql } from './vote-sql.ts'

/** How long, in milliseconds, a process waits for another one that has the file locked. */
const BUSY_TIMEOUT_MS = 5000

/**
 * Opens an SQLite file, which is made with its folder where it is missing, and brings its schema up to date. One server
 * at a time has it open to write. Throws a DatabaseRefused where it can't be used, and has not changed it then.
 *
 * TypeORM keeps one connection to an SQLite file, and what one statement sees on it, another's open transaction may
 * still undo. So reads have a connection of their own: in WAL mode it sees what is committed, and waits for nobody. Reads
 * of one moment have another one, for they stay in a transaction, in which the other reads would see nothing new.
 *
 * @param log gets that the file is a new one, that another server is being waited for, and later outages and their ends
 */
export async function openSqlite(path: string, log: Log = silent): Promise<WritableDatabase> {
  return refusing(path, async () => {
    const place = await prepareFile(path, log)
    // Before it is locked: if it is replaced meanwhile, it is noticed.
    const lockFile = openFile(place.lock)
    const lock = await lockSqlite(place.lock, path, log)
    try {
      await setForeignLogAside(place.real, log)
      const database = await openLocked(path, place, lockFile, log)
      return { ...database, close: () => database.close().finally(() => lock.release()) }
    } catch (error) {
      await lock.release()
      throw error
    }
  })
}

async function openLocked(path: string, place: SqlitePlace, lock: OpenFile, log: Log): Promise<WritableDatabase> {
  const writer = await new DataSource({ ...file(path), migrations }).initialize()
  try {
    const applied = await refuseForeign(writer, path)
    await makePrivate(place, log)
    await enterWal(writer)
    // FULL: a commit is on the disk before it is acknowledged, even if the power fails.
    await writer.query('PRAGMA synchronous = FULL')
    await backUpBeforeUpgrade(applied, place, writer, log)
    await migrate(writer)
    /*
     * SQLite keeps what each statement changes until the statement is through. Random ballot ids are on as many pages as a
     * batch has votes, and over 64 KB SQLite would write them to a temporary file and throw it away. Not for migrations: they
     * may sort more than fits into memory.
     */
    await writer.query('PRAGMA temp_store = MEMORY')
    const { close, files, ...readable } = await openReader(path, log, lock)
    const transactions = new SqliteTransactions(writer, readable.availability, files)
    const saving = async <T>(reading: Promise<T>): Promise<T> => {
      return reading.catch(async (error) => {
        if (files.moved) await transactions.saveLog()
        throw error
      })
    }
    return {
      ...readable,
      read: (work) => saving(readable.read(work)),
      readSnapshot: (work) => saving(readable.readSnapshot(work)),
      writer,
      transactions,
      close: async () => {
        await transactions.close()
        await close()
        await writer.destroy()
      },
    }
  } catch (error) {
    await writer.destroy()
    throw error
  }
}

/**
 * Opens, to read from it, an SQLite file that another process may write.
 *
 * @param log gets read failures
 */
export async function openSqliteReader(path: string, log: Log = silent): Promise<Database> {
  return refusing(path, () => openReader(path, log))
}

async function openReader(path: string, log: Log, lock?: OpenFile) {
  const reader = await openReadOnly(path)
  const snapshots = await openReadOnly(path).catch(async (error) => {
    await reader.destroy()
    throw error
  })
  const close = async () => void (await Promise.all([reader.destroy(), snapshots.destroy()]))
  try {
    const installation = await readInstallation(reader)
    const availability = new Availability(path, log, sqliteFault)
    const files = new SqliteFiles(path, lock)
    const checked = <T>(read: () => Promise<T>): Promise<T> => {
      return availability.during('read', async () => {
        const result = await read()
        files.check()
        return result
      })
    }
    const read: Database['read'] = (work) => checked(() => work(reader.manager))
    const readSnapshot: Database['readSnapshot'] = (work) => checked(() => snapshots.transaction(work))
    const isInPlace = () => files.areInPlace
    const voteSql = sqliteVoteSql
    return { ...installation, reader, voteSql, read, readSnapshot, availability, isInPlace, files, close }
  } catch (error) {
    await close()
    throw error
  }
}

const openReadOnly = (path: string) => new DataSource({ ...file(path), flags: sqlite3.OPEN_READONLY }).initialize()

const file = (path: string) => {
  return { type: 'sqlite', database: path, driver, entities, busyTimeout: BUSY_TIMEOUT_MS } as const
}

async function refusing<T>(path: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    throw sqliteRefusal(path, error)
  }
}

/**
 * Throws a DatabaseRefused where the file is another program's, or a newer Pollcast's. Returns the migrations that it has
 * had; undefined for a new file.
 */
async function refuseForeign(writer: DataSource, path: string): Promise<Set<string> | undefined> {
  const tables: { name: string }[] = await writer.query("SELECT name FROM sqlite_master WHERE type = 'table'")
  if (tables.some(({ name }) => name === 'migrations')) return appliedMigrations(writer, path)
  if (tables.length > 0) {
    throw new DatabaseRefused(
      `The database at ${path} is another program's: it has a table ${tables[0]?.name}, and none that Pollcast made. ` +
        'Set DATABASE_URL to another file. Nothing was changed.',
    )
  }
  return undefined
}

/** An older version refuses to start on an upgraded database: whoever has to go back finds the one of before. */
async function backUpBeforeUpgrade(
  applied: Set<string> | undefined,
  { real }: SqlitePlace,
  writer: DataSource,
  log: Log,
): Promise<void> {
  if (!applied || writer.migrations.every((migration) => applied.has(migration.constructor.name))) return
  const file = `${real}-before-${version()}`
  // An upgrade that failed is tried again, from the same database.
  await backUpSqlite(real, file, { replace: true })
  log.info(`The database is upgraded. As it was before, it is in ${file}.`, { event: 'database-upgrade-backup', file })
}

/** Another program may be reading the file; SQLite then answers BUSY, and does not wait. */
async function enterWal(writer: DataSource): Promise<void> {
  const end = performance.now() + BUSY_TIMEOUT_MS
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

/** Runs what is new in one transaction: all of it is done, or nothing. */
async function migrate(writer: DataSource): Promise<void> {
  await writer.query('BEGIN IMMEDIATE')
  try {
    await writer.runMigrations({ transaction: 'none' })
    await makeInstallation(writer)
    await writer.query('COMMIT')
  } catch (error) {
    // Where the disk is full, SQLite has rolled back by itself, and says that there is nothing to.
    await writer.query('ROLLBACK').catch(() => {})
    throw error
  }
}
