import type { DataSource } from 'typeorm'
import { appliedMigrations } from './applied-migrations.ts'
import { DatabaseRefused } from './database.ts'
import { renewEpoch } from './installation.ts'
import { withDatabase } from './plain-database.ts'
import { quoted } from './tables.ts'

/**
 * Fills an empty PostgreSQL database from a backup, and begins a new epoch in it. Throws a DatabaseRefused where anything
 * is in the database: the one that is to be replaced stays as it is.
 *
 * @param fill puts the backup into the database
 */
export async function restorePostgres(url: string, fill: () => Promise<void>): Promise<void> {
  await withDatabase({ url }, async (database, name) => {
    await refuseFull(database, name)
    await fill()
    await appliedMigrations(database, name)
    await renewEpoch(database.manager)
  })
}

/** Throws a DatabaseRefused unless the database has no tables. */
export async function refuseFull(database: DataSource, name: string): Promise<void> {
  const [first] = await tableNames(database)
  if (first === undefined) return
  throw new DatabaseRefused(
    `The database at ${name} is not empty: it has a table ${first}. Make a new one (createdb) and set DATABASE_URL to ` +
      'it. Nothing was changed.',
  )
}

/** Leaves a database as empty as `refuseFull` found it. */
export async function dropTables(database: DataSource): Promise<void> {
  const names = await tableNames(database)
  if (names.length > 0) await database.query(`DROP TABLE ${names.map(quoted).join(', ')} CASCADE`)
}

async function tableNames(database: DataSource): Promise<string[]> {
  const rows: { name: string }[] = await database.query(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename',
  )
  return rows.map(({ name }) => name)
}
