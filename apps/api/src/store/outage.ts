import { PollError } from '../polls/errors.ts'

/** SQLSTATEs with which a server ends a connection: failures of it, shutdowns, and a transaction left idle. */
const LOST = /^(08...|57P0.|25P03)$/

/** Those with which it can't do now what it may do in a moment: no room, a timeout, a standby, a fault of its disks. */
const BUSY = /^(53...|55P03|57014|25006|58...)$/

/** Those of transactions that met another one, and will do if they are run again. */
const CONFLICT = /^40(001|P01)$/

const NODE_CODE = /^E[A-Z_]+$/

/** What pg says where neither the server nor the system did. */
const PG_MESSAGE = /^(Connection terminated|timeout e|Query read timeout|Client (has encountered|was closed))/

/** The connection to PostgreSQL is gone, or was not to be had: with a new one it may go well. */
export function isLost(error: unknown): boolean {
  const { code, message, name } = cause(error)
  if (code !== undefined) return LOST.test(code) || NODE_CODE.test(code)
  return PG_MESSAGE.test(message) || name === 'QueryRunnerAlreadyReleasedError'
}

/** PostgreSQL is away, or can't now: later it may go well. */
export const isOutage = (error: unknown) => isLost(error) || BUSY.test(cause(error).code ?? '')

export const isConflict = (error: unknown) => CONFLICT.test(cause(error).code ?? '')

/** What to refuse with in an outage; any other error is given back as it is. */
export function unavailable(error: unknown): unknown {
  if (!isOutage(error)) return error
  const away = new PollError('store-unavailable', 'The database is away for the moment. Try again in a few seconds.')
  return Object.assign(away, { cause: error })
}

/** TypeORM wraps what the driver threw. */
function cause(error: unknown): NodeJS.ErrnoException {
  return (error as { driverError?: NodeJS.ErrnoException }).driverError ?? (error as NodeJS.ErrnoException)
}
