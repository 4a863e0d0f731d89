import type { Config } from '../config/config.ts'
import { makeWhole } from '../lib/whole-file.ts'
import { writeExport } from '../store/export-database.ts'
import { withDatabase } from '../store/plain-database.ts'
import { refuseForeignLog } from '../store/sqlite-set-aside.ts'
import { refuseDatabase } from './target.ts'

/** `export FILE`: writes everything to the file, also while a server runs. Returns what to say. */
export async function exportDatabase({ database }: Config, file: string, force: boolean): Promise<string> {
  await refuseDatabase(file, database)
  if ('path' in database) await refuseForeignLog(database.path)
  let rows = 0
  const write = (partial: string) =>
    withDatabase(database, async (source, name) => {
      rows = await writeExport(source, name, partial)
    })
  await makeWhole(file, write, { replace: force })
  return `${rows} rows are exported to ${file}. The key that signs cookies is one of them: keep it private.`
}
