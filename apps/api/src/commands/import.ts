import { rm } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { isThere, makeWhole, unreadable } from '../lib/whole-file.ts'
import { checkExport } from '../store/export-file.ts'
import { fillFromExport } from '../store/import-database.ts'
import { withDatabase } from '../store/plain-database.ts'
import { openPostgres } from '../store/postgres-database.ts'
import { dropTables, refuseFull } from '../store/postgres-restore.ts'
import { openSqlite } from '../store/sqlite-database.ts'
import { prepareLock } from '../store/sqlite-folder.ts'
import { sqliteRefusal } from '../store/sqlite-refusal.ts'
import { CommandRefused } from './command-refused.ts'

/** `import FILE`: fills a new database from an export. Returns what to say. */
export async function importDatabase({ database }: Config, file: string, log: Log): Promise<string> {
  const problem = await unreadable(file)
  if (problem !== undefined) throw new CommandRefused(`${problem} Nothing was changed.`)
  await checkExport(file)
  const rows =
    'path' in database
      ? await importIntoSqlite(database.path, file, log)
      : await importIntoPostgres(database.url, file, log)
  return `${rows} rows are imported from ${file}. Start Pollcast on the database.`
}

async function importIntoSqlite(path: string, file: string, log: Log): Promise<number> {
  const { real, lock } = await prepareLock(path).catch((error) => Promise.reject(sqliteRefusal(path, error)))
  if (await isThere(real)) {
    throw new CommandRefused(
      `There is a database at ${path} already, and was left as it is. Set DATABASE_URL to a new one.`,
    )
  }
  let rows = 0
  try {
    await makeWhole(real, async (partial) => {
      try {
        rows = await fillNewSqlite(partial, file, log)
      } finally {
        await rm(`${partial}-lock`, { force: true })
      }
    })
  } finally {
    if (!(await isThere(real))) await rm(lock, { force: true })
  }
  return rows
}

async function fillNewSqlite(path: string, file: string, log: Log): Promise<number> {
  const database = await openSqlite(path, log)
  try {
    return await fillFromExport(database, file)
  } finally {
    await database.close()
  }
}

async function importIntoPostgres(url: string, file: string, log: Log): Promise<number> {
  await withDatabase({ url }, refuseFull)
  const database = await openPostgres(url, log)
  try {
    return await fillFromExport(database, file)
  } catch (error) {
    // Or the next attempt would find a database that is not empty.
    await dropTables(database.writer)
    throw error
  } finally {
    await database.close()
  }
}
