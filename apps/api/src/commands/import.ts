import { rm } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { isThere, makeWhole } from '../lib/whole-file.ts'
import { checkExport } from '../store/export-file.ts'
import { fillFromExport } from '../store/import-database.ts'
import { withDatabase } from '../store/plain-database.ts'
import { openPostgres } from '../store/postgres-database.ts'
import { dropTables, refuseFull } from '../store/postgres-restore.ts'
import { openSqlite } from '../store/sqlite-database.ts'
import { prepareLock } from '../store/sqlite-folder.ts'
import { CommandRefused } from './command-refused.ts'

/** `import FILE`: fills a new database from an export. Returns what to say. */
export async function importDatabase({ database }: Config, file: string, log: Log): Promise<string> {
  if (!(await isThere(file))) throw new CommandRefused(`There is no file ${file}.`)
  await checkExport(file)
  const rows =
    'path' in database
      ? await importIntoSqlite(database.path, file, log)
      : await importIntoPostgres(database.url, file, log)
  return `${rows} rows are imported from ${file}. Start Pollcast on the database.`
}

async function importIntoSqlite(path: string, file: string, log: Log): Promise<number> {
  const { real, lock } = await prepareLock(path)
  if (await isThere(real)) {
    throw new CommandRefused(
      `There is a database at ${path} already, and was left as it is. Set DATABASE_URL to a new one.`,
    )
  }
  let rows = 0
  try {
    await makeWhole(real, async (partial) => {
      const database = await openSqlite(partial, log)
      try {
        rows = await fillFromExport(database, file)
      } finally {
        await database.close()
        await rm(`${partial}-lock`)
      }
    })
  } finally {
    if (!(await isThere(real))) await rm(lock, { force: true })
  }
  return rows
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
