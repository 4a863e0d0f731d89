import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataSource, EntityManager } from 'typeorm'
import { version } from '../lib/version.ts'
import { appliedMigrations } from './applied-migrations.ts'
import { DatabaseRefused } from './database.ts'
import { type Column, isPostgres, quoted, quotedList, type Table, tablesOf } from './tables.ts'
import { Checksum, type EndLine, FORMAT, type Header, type TableLine, VERSION } from './transfer-format.ts'

/** Rows that are in memory at a time. */
const PAGE = 1000

/**
 * Writes everything in a database, as it is at one moment, to a file: see transfer-format.ts. Whoever uses the database
 * meanwhile waits for nothing.
 *
 * @param name what the database is called in a DatabaseRefused
 * @returns the number of rows
 */
export async function writeExport(database: DataSource, name: string, file: string): Promise<number> {
  let rows = 0
  const work = async (manager: EntityManager) => {
    const migrations = await migrationsOf(database, manager, name)
    const header: Header = { format: FORMAT, version: VERSION, pollcast: version(), migrations }
    async function* lines() {
      const checksum = new Checksum()
      for await (const value of values(manager, header)) {
        if (Array.isArray(value)) rows += 1
        const line = JSON.stringify(value)
        checksum.add(line)
        yield `${line}\n`
      }
      yield `${JSON.stringify({ rows, sha256: checksum.end() } satisfies EndLine)}\n`
    }
    await pipeline(Readable.from(lines()), createWriteStream(file))
  }
  // In both, all of the transaction reads what its first statement found.
  await (database.options.type === 'postgres'
    ? database.transaction('REPEATABLE READ', work)
    : database.transaction(work))
  return rows
}

async function migrationsOf(database: DataSource, manager: EntityManager, name: string): Promise<string[]> {
  const made = await manager.query(
    isPostgres(manager)
      ? "SELECT 1 WHERE to_regclass('migrations') IS NOT NULL"
      : "SELECT 1 FROM sqlite_master WHERE name = 'migrations'",
  )
  if (made.length === 0) throw new DatabaseRefused(`The database at ${name} is not Pollcast's: nothing is exported.`)
  return [...(await appliedMigrations(database, name))]
}

async function* values(manager: EntityManager, header: Header): AsyncGenerator<Header | TableLine | unknown[]> {
  yield header
  for (const table of await tablesOf(manager)) {
    yield { table: table.name, columns: table.columns.map(({ name }) => name) }
    for await (const page of pagesOf(manager, table)) {
      for (const row of page) yield table.columns.map((column) => toJson(row[column.name], column))
    }
  }
}

/** The rows in the order of the table's key, page by page. */
async function* pagesOf(manager: EntityManager, { name, columns }: Table): AsyncGenerator<Record<string, unknown>[]> {
  const key = columns.filter(({ isKey }) => isKey)
  const select = `SELECT ${quotedList(columns)} FROM ${quoted(name)}`
  const order = `ORDER BY ${quotedList(key)} LIMIT ${PAGE}`
  const after = `WHERE (${quotedList(key)}) > (${key.map((_, index) => `$${index + 1}`).join(', ')})`
  let page: Record<string, unknown>[] = await manager.query(`${select} ${order}`)
  while (page.length > 0) {
    yield page
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    page = await manager.query(
      `${select} ${after} ${order}`,
      key.map((column) => last[column.name]),
    )
  }
}

function toJson(value: unknown, { type }: Column): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') }
  // pg gives these as text, for not every one of them is a number of JavaScript's.
  return type === 'bigint' && typeof value === 'string' ? Number(value) : value
}
