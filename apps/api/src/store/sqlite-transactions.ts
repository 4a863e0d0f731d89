import type { DataSource, EntityManager } from 'typeorm'
import { SerialQueue } from '../lib/serial-queue.ts'
import type { Availability } from './availability.ts'
import type { SqliteFiles } from './sqlite-files.ts'
import { SqliteStatements } from './sqlite-statements.ts'
import type { Transactions, Work } from './transactions.ts'

/**
 * Transactions on an SQLite file. One at a time: TypeORM has one SQLite connection, on which a second BEGIN would
 * fail, and other statements would end up in the open transaction.
 */
export class SqliteTransactions implements Transactions {
  readonly #statements: SqliteStatements
  readonly #manager: EntityManager
  readonly #availability: Availability
  readonly #files: SqliteFiles
  readonly #queue = new SerialQueue()

  constructor(writer: DataSource, availability: Availability, files: SqliteFiles) {
    this.#availability = availability
    this.#files = files
    this.#statements = new SqliteStatements(writer)
    this.#manager = writer.createQueryRunner().manager
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.#queue.run(() => this.#availability.during('write', () => this.#transaction(work)))
  }

  /** What a read does that finds the files moved: see #saveLog. */
  saveLog(): Promise<void> {
    return this.#queue.run(() => this.#saveLog())
  }

  async close(): Promise<void> {
    await this.#queue.drain()
    await this.#statements.finalize()
  }

  async #transaction<T>(work: Work<T>): Promise<T> {
    const { query } = this.#statements
    try {
      // No more is written into files that nobody will find.
      if (this.#files.moved) this.#files.check()
      // IMMEDIATE takes the write lock now, so that what the work reads is still so when it writes.
      await query('BEGIN IMMEDIATE')
      const result = await work({ query, manager: this.#manager, inDoubt: false, waitsForLocks: true })
      await query('COMMIT')
      // What was written is safe only if a restart finds it.
      this.#files.check()
      return result
    } catch (error) {
      // Where the disk is full or fails, SQLite has rolled back by itself, and says that there is nothing to.
      await query('ROLLBACK').catch(() => {})
      await this.#saveLog()
      throw error
    }
  }

  /** Votes that were acknowledged may be in the log alone: where that is removed, a kill would leave nothing of them. */
  async #saveLog(): Promise<void> {
    if (!this.#files.moved || !this.#files.isWalMissing) return
    await this.#statements.query('PRAGMA wal_checkpoint(FULL)').catch(() => {})
  }
}
