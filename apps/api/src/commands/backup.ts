import type { Config } from '../config/config.ts'
import { makeWhole } from '../lib/whole-file.ts'
import { backUpSqlite } from '../store/sqlite-backup.ts'
import { refuseForeignLog } from '../store/sqlite-set-aside.ts'
import { runPostgresTool } from './postgres-tool.ts'
import { refuseDatabase } from './target.ts'

/** `backup FILE`: writes the database to the file, also while a server runs. Returns what to say. */
export async function backup({ database }: Config, file: string, force: boolean): Promise<string> {
  await refuseDatabase(file, database)
  if ('path' in database) {
    await refuseForeignLog(database.path)
    await backUpSqlite(database.path, file, { replace: force })
  } else {
    const dump = (partial: string) =>
      runPostgresTool('pg_dump', ['--format=custom', '--no-owner', `--file=${partial}`], database.url)
    await makeWhole(file, dump, { replace: force })
  }
  return `The database is backed up to ${file}. It holds the key that signs cookies: keep it private.`
}
