import type { DataSource } from 'typeorm'
import { DatabaseRefused } from './database.ts'

/**
 * The names of the migrations that a database has had. Throws a DatabaseRefused where this program does not know one of
 * them: what it would write then, a newer schema may not allow, or may understand in another way.
 *
 * @param name what the database is called
 */
export async function appliedMigrations(database: DataSource, name: string): Promise<Set<string>> {
  const rows: { name: string }[] = await database.query('SELECT name FROM migrations ORDER BY id')
  const known = new Set(database.migrations.map((migration) => migration.constructor.name))
  const unknown = rows.find((row) => !known.has(row.name))
  if (unknown) {
    throw new DatabaseRefused(
      `The database at ${name} has been upgraded by a newer Pollcast: it has the migration ${unknown.name}, which this ` +
        'version does not know. Start the newer version, or set DATABASE_URL to another database. Nothing was changed.',
    )
  }
  return new Set(rows.map((row) => row.name))
}
