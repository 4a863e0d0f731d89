import type { DataSource, EntityManager } from 'typeorm'
import { SerialQueue } from '../lib/serial-queue.ts'
import type { Availability } from './availability.ts'
import { Statements } from './statements.ts'
import type { Transactions, Work } from './transactions.ts'

/**
 * Transactions on an SQLite file. One at a time: TypeORM has one SQLite connection, on which a second BEGIN would
 * fail, and statements from elsewhere would slip into the open transaction.
 */
export class WriteQueue implements Transactions {
  readonly #statements: Statements
  readonly #manager: EntityManager
  readonly #availability: Availability
  readonly #queue = new SerialQueue()

  constructor(writer: DataSource, availability: Availability) {
    this.#availability = availability
    this.#statements = new Statements(writer)
    this.#manager = writer.createQueryRunner().manager
  }

  run<T>(work: Work<T>): Promise<T> {
    return this.#queue.run(() => this.#availability.during('write', () => this.#transaction(work)))
  }

  async close(): Promise<void> {
    await this.#queue.drain()
    await this.#statements.finalize()
  }

  async #transaction<T>(work: Work<T>): Promise<T> {
    const { query } = this.#statements
    // IMMEDIATE takes the write lock now, so that what the work reads is still so when it writes.
    await query('BEGIN IMMEDIATE')
    try {
      const result = await work({ query, manager: this.#manager, inDoubt: false, waits: true })
      await query('COMMIT')
      return result
    } catch (error) {
      // Where the disk is full or fails, SQLite has rolled back by itself, and says that there is nothing to.
      await query('ROLLBACK').catch(() => {})
      throw error
    }
  }
}
