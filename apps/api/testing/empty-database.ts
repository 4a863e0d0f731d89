import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../src/store/sqlite-database.ts'

let made: Promise<Buffer> | undefined

/**
 * An SQLite file with all tables and nothing in them: whoever opens it makes the keys of an installation of its own. To
 * have every test's file go through all migrations would take longer than the tests.
 */
export function emptyDatabase(): Promise<Buffer> {
  made ??= makeEmpty()
  return made
}

async function makeEmpty(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-empty-'))
  const path = join(folder, 'polls.sqlite')
  try {
    const { writer, close } = await openSqlite(path)
    await writer.query('DELETE FROM setting')
    await close()
    return await readFile(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}
