import { PollError } from '../polls/errors.ts'

/** SQLSTATEs with which a server ends a connection: failures of it, shutdowns, and a transaction left idle. */
const CONNECTION_LOST = /^(08...|57P0.|25P03)$/

/** Those with which it can't do now what it may do later: no room, a standby, a fault of its disks. */
const PG_UNUSABLE = /^(53...|25006|58...)$/

/** Those of what took too long: there is a lock, or too much to do. */
const BUSY = /^(55P03|57014)$/

/** Conflicts between transactions: retrying helps. */
const CONFLICT = /^40(001|P01)$/

const NODE_CODE = /^E[A-Z_]+$/

/** Messages of pg's own, where neither the server nor the system gave a code. */
const PG_MESSAGE = /^(Connection terminated|timeout expired|Query read timeout|Client (has encountered|was closed))/

/** The message of its pool when all connections are in use for too long. */
const POOL_MESSAGE = /^timeout exceeded when trying to connect/

/** The connection to PostgreSQL is gone, or was not to be had: with a new one it may go well. */
export function isLost(error: unknown): boolean {
  const { code, message, name } = cause(error)
  if (code !== undefined) return CONNECTION_LOST.test(code) || NODE_CODE.test(code)
  return PG_MESSAGE.test(message) || name === 'QueryRunnerAlreadyReleasedError'
}

/** Why a database can't do now what it may do later: not there, there but unusable, damaged, or locked by another program. */
export type Fault = 'away' | 'unusable' | 'damaged' | 'busy'

/** Undefined for what would be an error later too. */
export function postgresFault(error: unknown): Fault | undefined {
  if (isLost(error)) return 'away'
  const { code = '', message } = cause(error)
  if (PG_UNUSABLE.test(code)) return 'unusable'
  return BUSY.test(code) || POOL_MESSAGE.test(message) ? 'busy' : undefined
}

/** Another transaction has written a row with the same key. */
export const isDuplicate = (error: unknown) => cause(error).code === '23505'

export const isConflict = (error: unknown) => CONFLICT.test(cause(error).code ?? '')

/**
 * A full disk, one that fails or may not be written, no memory, and a file that another process has kept locked for too
 * long. sqlite3 names errors by their primary code: `SQLITE_IOERR` stands for all its extended ones.
 */
const SQLITE_UNUSABLE = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|LOCKED|PROTOCOL|NOMEM|PERM)$/

/** Something else was written over the file, or into it. */
const SQLITE_DAMAGED = /^SQLITE_(CORRUPT|NOTADB)$/

/** What SQLite says where another database was copied into the file. */
const SQLITE_TABLE_GONE = /^SQLITE_ERROR: no such (table|column)/

/** A lock on an SQLite file is on all of it: nobody can vote, so it counts as more than `busy`. */
export function sqliteFault(error: unknown): Fault | undefined {
  if (error instanceof DatabaseMoved) return 'away'
  const { code = '', message } = cause(error)
  if (SQLITE_DAMAGED.test(code) || SQLITE_TABLE_GONE.test(message)) return 'damaged'
  return SQLITE_UNUSABLE.test(code) ? 'unusable' : undefined
}

/** The open file is no longer the file at its path. The message says which, and what happened to it. */
export class DatabaseMoved extends Error {}

/** Something that another program's lock, on the database or on a row, kept waiting for too long. That is no outage. */
export class DatabaseBusy extends PollError {
  constructor() {
    super('store-unavailable', 'The database is busy with something else. Try again in a few seconds.')
  }
}

/** TypeORM wraps what the driver threw. */
export function cause(error: unknown): NodeJS.ErrnoException {
  return (error as { driverError?: NodeJS.ErrnoException }).driverError ?? (error as NodeJS.ErrnoException)
}
