import { openPostgres } from '../src/store/postgres-database.ts'
import { ask, createDatabase, postgresServer } from './postgres.ts'

let template: Promise<string> | undefined
const drops: (() => Promise<void>)[] = []

/**
 * A PostgreSQL database with all tables and nothing in them: whoever opens it makes the keys of an installation of its own.
 * As in empty-database.ts, it is copied. Commits do not wait for the disk, which such a database need not outlast.
 */
export async function emptyPostgres(): Promise<string> {
  template ??= makeTemplate()
  const { url, drop } = await createDatabase(undefined, await template)
  drops.push(drop)
  const name = new URL(url).pathname.slice(1)
  await ask(url, `ALTER DATABASE ${name} SET synchronous_commit = off`)
  return url
}

/** Call it at the file's end. Each drop waits for the disk, so they are not made after each test. */
export async function dropEmptyPostgres(): Promise<void> {
  await Promise.all(drops.splice(0).map((drop) => drop()))
  await (await postgresServer()).stop()
}

async function makeTemplate(): Promise<string> {
  const { url, drop } = await createDatabase()
  drops.push(drop)
  const { writer, close } = await openPostgres(url)
  await writer.query('DELETE FROM setting')
  await close()
  return new URL(url).pathname.slice(1)
}
