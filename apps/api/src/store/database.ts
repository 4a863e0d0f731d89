import type { DataSource, EntityManager } from 'typeorm'
import type { Availability } from './availability.ts'
import type { Installation } from './installation.ts'
import type { Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/** A database that can't be opened, now or later, as it is set. The message says why, what to do, and no password. */
export class DatabaseRefused extends Error {}

/** An open database of either engine, to read from. */
export interface Database extends Installation {
  /** Reads see what is committed, and wait for no transaction. */
  readonly reader: DataSource
  /** The statements, as the engine says them. */
  readonly voteSql: VoteSql
  /** Reads, and where the database is away rejects with the PollError that says so. The read may be done twice. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>
  /** The same, with everything the work reads from one moment. One at a time: ask when the last one is over. */
  readSnapshot<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>
  readonly availability: Availability
  /** Whether what is open is still what is at the database's address, as far as that can be told without asking it. */
  isInPlace(): boolean
  /** Resolves when every write asked for is committed and the connections are closed. */
  close(): Promise<void>
}

/** One that can be written to as well, with its schema up to date. */
export interface WritableDatabase extends Database {
  /** What the transactions run on. Statements from elsewhere would slip into one that is open. */
  readonly writer: DataSource
  readonly transactions: Transactions
  /** Is called with the number of votes that a transaction has written together. */
  onVotesWritten?: (votes: number) => void
}
