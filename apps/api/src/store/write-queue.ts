import type { DataSource, EntityManager } from 'typeorm'
import { type Query, Statements } from './statements.ts'

/** What work can do inside a transaction: by statements, or by entities. */
export interface Transaction {
  query: Query
  manager: EntityManager
}

/**
 * One transaction at a time, in the order asked for: TypeORM has one SQLite connection, on which a second BEGIN
 * would fail, and statements from elsewhere would slip into the open transaction.
 */
export class WriteQueue {
  readonly #statements: Statements
  readonly #manager: EntityManager
  #last: Promise<unknown> = Promise.resolve()

  constructor(writer: DataSource) {
    this.#statements = new Statements(writer)
    this.#manager = writer.createQueryRunner().manager
  }

  /** Runs the work in a transaction of its own. Resolves after the commit; if the work fails, nothing is written. */
  run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#transaction(work))
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Resolves when all that was asked for is done, and what that asked for in turn. Ask for nothing more. */
  async close(): Promise<void> {
    let last: unknown
    while (last !== this.#last) {
      last = this.#last
      await last
    }
    await this.#statements.finalize()
  }

  async #transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { query } = this.#statements
    // IMMEDIATE takes the write lock now, so that what the work reads is still so when it writes.
    await query('BEGIN IMMEDIATE')
    try {
      const result = await work({ query, manager: this.#manager })
      await query('COMMIT')
      return result
    } catch (error) {
      await query('ROLLBACK')
      throw error
    }
  }
}
