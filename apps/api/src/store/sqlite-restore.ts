import { realpath } from 'node:fs/promises'
import { DataSource } from 'typeorm'
import type { Log } from '../lib/log.ts'
import { makeWhole, sync, unreadable } from '../lib/whole-file.ts'
import { appliedMigrations } from './applied-migrations.ts'
import { DatabaseRefused } from './database.ts'
import { renewEpoch } from './installation.ts'
import { entities, migrations } from './schema.ts'
import { copySqlite } from './sqlite-backup.ts'
import { driver } from './sqlite-driver.ts'
import { prepareLock } from './sqlite-folder.ts'
import { lockSqlite } from './sqlite-lock.ts'
import { sqliteRefusal } from './sqlite-refusal.ts'
import { setAside } from './sqlite-set-aside.ts'

/**
 * Puts a copy of a backup in the place of an SQLite database, whose server must have ended, and begins a new epoch in it.
 * What was there is kept beside it. Throws a DatabaseRefused, and has changed nothing, where the backup is no whole
 * database of a Pollcast that this one knows, or a server runs.
 *
 * @returns where the replaced database is now; undefined if there was none
 */
export async function restoreSqlite(
  file: string,
  path: string,
  log: Log,
  now = new Date(),
): Promise<string | undefined> {
  const problem = await unreadable(file)
  if (problem !== undefined) throw new DatabaseRefused(`${problem} Nothing was changed.`)
  const { real, lock } = await prepareLock(path).catch((error) => Promise.reject(sqliteRefusal(path, error)))
  if ((await realpath(file)) === real) {
    throw new DatabaseRefused(`${file} is the database itself. Name a backup.`)
  }
  const held = await lockSqlite(lock, path, log)
  try {
    let kept: string | undefined
    const replace = async (partial: string) => {
      await copySqlite(file, partial, path).catch((error) => Promise.reject(backupRefusal(file, error)))
      await beginEpoch(partial, file)
      await sync(partial)
      // The log goes with its database: applied to another one, it would destroy that.
      kept = await setAside(real, ['', '-wal', '-shm'], now)
    }
    await makeWhole(real, replace, { replace: true })
    return kept
  } catch (error) {
    throw sqliteRefusal(path, error)
  } finally {
    await held.release()
  }
}

/** The message where a backup can't be read. */
function backupRefusal(file: string, error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (!code.startsWith('SQLITE_')) return error
  const what = code === 'SQLITE_NOTADB' ? 'is not an SQLite database' : `can't be read: ${message}`
  return new DatabaseRefused(`${file} ${what}. Nothing was changed.`, { cause: error })
}

async function beginEpoch(copy: string, name: string): Promise<void> {
  const database = new DataSource({ type: 'sqlite', database: copy, driver, entities, migrations })
  await database.initialize()
  try {
    const made = await database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'")
    if (made.length === 0) throw new DatabaseRefused(`${name} is no database of Pollcast. Nothing was changed.`)
    await appliedMigrations(database, name)
    await renewEpoch(database.manager)
  } finally {
    await database.destroy()
  }
}
