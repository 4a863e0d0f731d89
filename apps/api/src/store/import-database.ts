import type { EntityManager } from 'typeorm'
import { DatabaseRefused, type WritableDatabase } from './database.ts'
import { readExport } from './export-file.ts'
import { renewEpoch } from './installation.ts'
import { type Column, isPostgres, quoted, quotedList, type Table, tablesOf } from './tables.ts'
import type { Row, TableLine } from './transfer-format.ts'

/** Values in one statement: SQLite takes 32,766, PostgreSQL twice as many. */
const MAX_VALUES = 30_000
const MAX_ROWS = 500

/**
 * Replaces everything in a database that was just made by what is in an export (checkExport), in one transaction, and
 * begins a new epoch: clients may have seen more than what was exported.
 *
 * @returns the number of rows
 */
export async function fillFromExport({ writer }: Pick<WritableDatabase, 'writer'>, file: string): Promise<number> {
  return writer.transaction(async (manager) => {
    const tables = await tablesOf(manager)
    const checkReferences = await deferReferences(manager)
    for (const { name } of tables) await manager.query(`DELETE FROM ${quoted(name)}`)
    let rows = 0
    for await (const batch of batchesOf(file, tables)) {
      await insert(manager, batch.table, batch.rows)
      rows += batch.rows.length
    }
    await renewEpoch(manager)
    await checkReferences()
    return rows
  })
}

interface Batch {
  table: Table
  rows: Row[]
}

async function* batchesOf(file: string, tables: readonly Table[]): AsyncGenerator<Batch> {
  let batch: Batch | undefined
  let size = 0
  for await (const value of readExport(file)) {
    if (!Array.isArray(value)) {
      if (batch?.rows.length) yield batch
      batch = { table: tableOf(value, tables), rows: [] }
      size = Math.min(MAX_ROWS, Math.floor(MAX_VALUES / batch.table.columns.length))
    } else if (batch) {
      batch.rows.push(value)
      if (batch.rows.length < size) continue
      yield batch
      batch = { table: batch.table, rows: [] }
    }
  }
  if (batch?.rows.length) yield batch
}

/** The table, with its columns in the order of the export. */
function tableOf({ table, columns }: TableLine, tables: readonly Table[]): Table {
  const known = tables.find(({ name }) => name === table)
  const found = columns.map((name) => known?.columns.find((column) => column.name === name))
  if (found.includes(undefined) || found.length !== known?.columns.length) {
    throw new DatabaseRefused(`The export has other columns in its table ${table} than this version.`)
  }
  return { name: table, columns: found as Column[] }
}

async function insert(manager: EntityManager, { name, columns }: Table, rows: readonly Row[]): Promise<void> {
  const toBoolean = isPostgres(manager) ? Boolean : Number
  const values = rows.flatMap((row) => columns.map(({ type }, index) => fromJson(row[index], type, toBoolean)))
  const placeholders = rows.map((_, row) => {
    return `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(', ')})`
  })
  await manager.query(`INSERT INTO ${quoted(name)} (${quotedList(columns)}) VALUES ${placeholders.join(', ')}`, values)
}

function fromJson(value: unknown, type: string, toBoolean: (value: unknown) => unknown): unknown {
  if (value === null) return null
  if (type === 'boolean') return toBoolean(value)
  return typeof value === 'object' ? Buffer.from((value as { base64: string }).base64, 'base64') : value
}

/**
 * Lets rows refer to rows that come later, until the function that it returns is called: tables may refer to each other.
 */
async function deferReferences(manager: EntityManager): Promise<() => Promise<void>> {
  if (!isPostgres(manager)) {
    await manager.query('PRAGMA defer_foreign_keys = ON')
    // They are checked by the COMMIT.
    return async () => {}
  }
  const references: { table: string; name: string }[] = await manager.query(
    `SELECT conrelid::regclass::text AS "table", conname AS name FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace`,
  )
  const alter = async (how: string) => {
    for (const { table, name } of references) {
      await manager.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${quoted(name)} ${how}`)
    }
  }
  await alter('DEFERRABLE')
  await manager.query('SET CONSTRAINTS ALL DEFERRED')
  return async () => {
    await manager.query('SET CONSTRAINTS ALL IMMEDIATE')
    await alter('NOT DEFERRABLE')
  }
}
