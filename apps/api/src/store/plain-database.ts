import sqlite3 from 'sqlite3'
import { DataSource } from 'typeorm'
import { reasonOf } from '../lib/reason-of.ts'
import { isThere } from '../lib/whole-file.ts'
import { DatabaseRefused } from './database.ts'
import { cause } from './database-errors.ts'
import { addressOf } from './postgres-address.ts'
import { entities, migrations } from './schema.ts'
import { driver } from './sqlite-driver.ts'
import { sqliteRefusal } from './sqlite-refusal.ts'

export type DatabaseAddress = { readonly path: string } | { readonly url: string }

/**
 * Opens a database as it is, for one piece of work: its schema is not brought up to date, and an SQLite file is only read.
 *
 * @param work gets the name of the database for messages too
 */
export async function withDatabase<T>(
  address: DatabaseAddress,
  work: (database: DataSource, name: string) => Promise<T>,
): Promise<T> {
  const database =
    'path' in address
      ? new DataSource({
          type: 'sqlite',
          database: address.path,
          driver,
          flags: sqlite3.OPEN_READONLY,
          entities,
          migrations,
        })
      : new DataSource({ type: 'postgres', url: address.url, entities, migrations })
  const name = 'path' in address ? address.path : addressOf(address.url)
  try {
    if ('path' in address && !(await isThere(address.path))) {
      throw new DatabaseRefused(`There is no database at ${address.path}. See DATABASE_URL.`)
    }
    await database.initialize().catch((error: Error) => {
      if ('path' in address) throw error
      throw new DatabaseRefused(`The database at ${name} can't be opened: ${reasonOf(error)}. See DATABASE_URL.`)
    })
    return await work(database, name)
  } catch (error) {
    // A code of the system's is from the work: SQLite has codes of its own.
    const { code } = cause(error)
    throw 'path' in address && code?.startsWith('SQLITE_') ? sqliteRefusal(address.path, error) : error
  } finally {
    if (database.isInitialized) await database.destroy()
  }
}
