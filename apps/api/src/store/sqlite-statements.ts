import type { Database, Statement } from 'sqlite3'
import type { DataSource } from 'typeorm'
import type { Query } from './transactions.ts'

/**
 * The statements that every vote needs, each prepared once on TypeORM's own connection: TypeORM's `query` would have
 * SQLite parse and plan them again for every batch.
 */
export class SqliteStatements {
  readonly #database: Promise<Database>
  readonly #prepared = new Map<string, Promise<Statement>>()

  constructor(connection: DataSource) {
    this.#database = connection.createQueryRunner().connect()
  }

  readonly query: Query = async <Row>(sql: string, parameters: readonly unknown[] = []) => {
    const statement = await this.#prepare(sql)
    return new Promise<Row[]>((resolve, reject) => {
      statement.all<Row>(parameters, (error, rows) => (error ? reject(error) : resolve(rows)))
    })
  }

  /** Lets go of them all: a connection with statements can't be closed. */
  async finalize(): Promise<void> {
    const prepared = [...this.#prepared.values()]
    this.#prepared.clear()
    for (const statement of prepared) (await statement).finalize()
  }

  #prepare(sql: string): Promise<Statement> {
    const known = this.#prepared.get(sql)
    if (known) return known
    const statement = this.#database.then(
      (database) =>
        new Promise<Statement>((resolve, reject) => {
          const made = database.prepare(sql, (error) => (error ? reject(error) : resolve(made)))
        }),
    )
    this.#prepared.set(sql, statement)
    // One that could not be prepared (no memory, no file) is tried anew.
    statement.catch(() => this.#prepared.delete(sql))
    return statement
  }
}
