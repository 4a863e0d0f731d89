import type { EntityManager } from 'typeorm'

export interface Column {
  name: string
  /** As the engine calls it. */
  type: string
  isKey: boolean
}

export interface Table {
  name: string
  columns: Column[]
}

/** Those of the programs that make the tables: SQLite's, and TypeORM's list of migrations. */
const NAMES = {
  sqlite: `SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'migrations' ORDER BY name`,
  postgres: `SELECT tablename AS name FROM pg_tables
    WHERE schemaname = current_schema() AND tablename <> 'migrations' ORDER BY tablename`,
}

export const isPostgres = (manager: EntityManager) => manager.connection.options.type === 'postgres'

/** The tables in which Pollcast keeps something, as the database itself describes them. */
export async function tablesOf(manager: EntityManager): Promise<Table[]> {
  const rows: { name: string }[] = await manager.query(isPostgres(manager) ? NAMES.postgres : NAMES.sqlite)
  const runner = manager.queryRunner ?? manager.connection.createQueryRunner()
  const found = await runner.getTables(rows.map(({ name }) => name))
  return rows.map(({ name }) => {
    const table = found.find((one) => one.name.split('.').at(-1) === name)
    const columns = table?.columns.map(({ name, type, isPrimary }) => ({ name, type, isKey: isPrimary })) ?? []
    return { name, columns }
  })
}

/** A name of the schema in a statement, in both engines. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

export const quotedList = (columns: readonly Column[]) => columns.map(({ name }) => quoted(name)).join(', ')
