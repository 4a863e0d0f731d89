import type { Config } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { unreadable } from '../lib/whole-file.ts'
import { restorePostgres } from '../store/postgres-restore.ts'
import { restoreSqlite } from '../store/sqlite-restore.ts'
import { CommandRefused } from './command-refused.ts'
import { runPostgresTool } from './postgres-tool.ts'

/** `restore FILE`: makes the backup the database; no server may run. Returns what to say. */
export async function restore({ database }: Config, file: string, log: Log): Promise<string> {
  if ('path' in database) {
    const kept = await restoreSqlite(file, database.path, log)
    const old = kept === undefined ? '' : ` What was there is kept as ${kept}: delete it when you no longer need it.`
    return `The database at ${database.path} is as it was backed up to ${file}.${old}`
  }
  const problem = await unreadable(file)
  if (problem !== undefined) throw new CommandRefused(`${problem} Nothing was changed.`)
  const options = ['--no-owner', '--exit-on-error', '--single-transaction']
  await restorePostgres(database.url, () => runPostgresTool('pg_restore', [...options, file], database.url))
  return `The database is as it was backed up to ${file}.`
}
