import type { EntityManager } from 'typeorm'

/** Runs one statement and resolves with its rows; rejects as the database does. Statements run in the order given. */
export type Query = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>

/** What work can do inside a transaction: by statements, or by entities. */
export interface Transaction {
  query: Query
  manager: EntityManager
  /** True where this very work may have been committed before, by an attempt whose COMMIT got no response. */
  inDoubt: boolean
  /** False where an attempt before waited for a lock in vain: rows that can't be locked at once are to be left out. */
  waitsForLocks: boolean
}

export type Work<T> = (transaction: Transaction) => Promise<T>

/** One transaction at a time, in the order asked for. */
export interface Transactions {
  /**
   * Runs the work in a transaction of its own. Resolves after the commit; if the work fails, nothing is written.
   *
   * @param repeatable whether the work may be done again where nobody knows if it was committed
   */
  run<T>(work: Work<T>, repeatable?: 'repeatable'): Promise<T>
  /** Resolves when the queue is empty. Don't call `run` after it. */
  close(): Promise<void>
}

/** Like Promise.all, but over only when all are: a statement still running must not be caught up in the ROLLBACK. */
export async function all<T extends readonly Promise<unknown>[]>(running: readonly [...T]) {
  await Promise.allSettled(running)
  return Promise.all(running)
}
