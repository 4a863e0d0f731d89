import { setTimeout as pause } from 'node:timers/promises'
import { DataSource } from 'typeorm'
import { type Log, silent } from '../lib/log.ts'
import { reasonOf } from '../lib/reason-of.ts'
import { appliedMigrations } from './applied-migrations.ts'
import { Availability } from './availability.ts'
import { DatabaseRefused, type WritableDatabase } from './database.ts'
import { cause, isLost, postgresFault } from './database-errors.ts'
import { findInstallation, type Installation, makeInstallation, readInstallation } from './installation.ts'
import { addressOf } from './postgres-address.ts'
import { PostgresTransactions } from './postgres-transactions.ts'
import { entities, migrations } from './schema.ts'
import { postgresVoteSql } from './vote-sql.ts'

/** Connections that a process reads on, beside the one that it writes on. */
const READERS = 8

/** Milliseconds, for all that may wait: nothing does without a bound. */
const CONNECT_TIMEOUT_MS = 2000
const STATEMENT_TIMEOUT_MS = 4000
const MIGRATION_LOCK_TIMEOUT_MS = 60_000
const MIGRATION_TIMEOUT_MS = 120_000

/**
 * A node that is stopped (SIGSTOP, a swapped-out machine) in the middle of a batch holds the poll's row. The server
 * ends its transaction before the others have waited long enough to give up.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 1500
export const LOCK_TIMEOUT_MS = 3000

/** Where not even the server's own timeouts arrive, because the network is down. */
const ANSWER_TIMEOUT_MS = 5000

const MAX_READ_RETRY_DELAY_MS = 40

/** Milliseconds between attempts to reach a database that is away when a node starts. */
const MIN_RETRY_DELAY_MS = 250
const MAX_RETRY_DELAY_MS = 4000

/** A number that stands for "migrating Pollcast" among the database's advisory locks. */
const MIGRATION_LOCK = 0x706f6c6c

/** The first version that Pollcast is tested with. */
const OLDEST_SERVER = 150_000

/**
 * The plan of each statement is made once, and must do for a ballot table that was empty then and has a million rows
 * a minute later: only by its keys.
 */
const PLANS = [
  'jit=off',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'plan_cache_mode=force_generic_plan',
]

/**
 * Opens a PostgreSQL database and brings its schema up to date. Waits for one that is away, as long as it takes.
 *
 * @param log gets, once, that it is being waited for, and later outages and their ends
 */
export async function openPostgres(url: string, log: Log = silent): Promise<WritableDatabase> {
  const address = addressOf(url)
  let isLogged = false
  for (let delay = MIN_RETRY_DELAY_MS; ; delay = Math.min(delay * 2, MAX_RETRY_DELAY_MS)) {
    try {
      return await open(url, log)
    } catch (error) {
      if (error instanceof DatabaseRefused) throw error
      if (!postgresFault(error)) {
        throw new DatabaseRefused(`The database at ${address} can't be used: ${reason(error, url)}. See DATABASE_URL.`)
      }
      if (!isLogged)
        log.info(`Waiting for the database at ${address} …`, { event: 'database-waiting', database: address })
      isLogged = true
      await pause(delay)
    }
  }
}

async function open(url: string, log: Log): Promise<WritableDatabase> {
  const installation = await prepare(url)
  const reader = await source(url, READERS, {}).initialize()
  const writer = await source(url, 1, { options: PLANS.map((setting) => `-c ${setting}`).join(' ') })
    .initialize()
    .catch(async (error) => {
      await reader.destroy()
      throw error
    })
  const availability = new Availability(addressOf(url), log, postgresFault)
  const transactions = new PostgresTransactions(writer, availability)
  const reading = <T>(read: () => Promise<T>): Promise<T> => {
    return availability.during('read', () =>
      read().catch(async (error) => {
        if (!isLost(error)) throw error
        // What ended one connection has mostly ended all of them, which the pool has to notice before it opens another.
        await pause(Math.random() * MAX_READ_RETRY_DELAY_MS)
        return read()
      }),
    )
  }
  return {
    ...installation,
    reader,
    writer,
    transactions,
    voteSql: postgresVoteSql,
    availability,
    // Every statement goes to the address anew, as far as this process knows.
    isInPlace: () => true,
    read: (work) => reading(() => work(reader.manager)),
    // The first statement is the moment (PostgreSQL 15, section 13.2.2).
    readSnapshot: (work) => reading(() => reader.transaction('REPEATABLE READ', work)),
    close: async () => {
      await transactions.close()
      await Promise.all([reader.destroy(), writer.destroy()])
    },
  }
}

function source(url: string, poolSize: number, extra: object): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    poolSize,
    applicationName: 'pollcast',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    // A connection that broke while idle: the pool has dropped it, and opens another one when it is needed.
    poolErrorHandler: () => {},
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      // Statements go out without waiting for the answers of those before. One that times out closes the connection,
      // where without it the pool would hand on one that is stuck.
      pipeline: true,
      keepAlive: true,
      idleTimeoutMillis: 60_000,
      ...extra,
    },
  })
}

/**
 * Brings the schema up to date, and returns the installation. Where nothing is to be done it waits for
 * nobody: another node may be stopped while it has the lock.
 */
async function prepare(url: string): Promise<Installation> {
  const name = addressOf(url)
  return (
    (await withDatabase(url, ANSWER_TIMEOUT_MS, (database) => currentInstallation(database, name))) ??
    withDatabase(url, MIGRATION_TIMEOUT_MS, (database) => migrate(database, name))
  )
}

/** @param timeout milliseconds that a statement may take */
async function withDatabase<T>(url: string, timeout: number, work: (database: DataSource) => Promise<T>): Promise<T> {
  const database = new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    applicationName: 'pollcast migrations',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: () => {},
    extra: { lock_timeout: MIGRATION_LOCK_TIMEOUT_MS, query_timeout: timeout, keepAlive: true },
  })
  await database.initialize()
  try {
    return await work(database)
  } finally {
    await database.destroy()
  }
}

/** The installation, where the schema is up to date. */
async function currentInstallation(database: DataSource, name: string): Promise<Installation | undefined> {
  const [server] = await database.query('SHOW server_version_num')
  if (Number(server.server_version_num) < OLDEST_SERVER) {
    throw new DatabaseRefused('The database is older than PostgreSQL 15, the first version that Pollcast works with.')
  }
  if (!(await isMigrated(database))) return undefined
  const applied = await appliedMigrations(database, name)
  const isCurrent = database.migrations.every((migration) => applied.has(migration.constructor.name))
  return isCurrent ? findInstallation(database) : undefined
}

async function isMigrated(database: DataSource): Promise<boolean> {
  const [{ made }] = await database.query("SELECT to_regclass('migrations') IS NOT NULL AS made")
  return made
}

/** Runs what is new, once, however many nodes start at this moment: the others wait for the lock and find it done. */
async function migrate(database: DataSource, name: string): Promise<Installation> {
  // The lock is the connection's: it goes with it, whatever becomes of this process.
  const lock = database.createQueryRunner()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    // A newer node may have had the lock meanwhile.
    if (await isMigrated(database)) await appliedMigrations(database, name)
    await database.runMigrations({ transaction: 'each' })
    await makeInstallation(database)
    return await readInstallation(database)
  } finally {
    await lock.release()
  }
}

function reason(error: unknown, url: string): string {
  const message = reasonOf(cause(error))
  const { password } = new URL(url)
  return password === '' ? message : message.replaceAll(password, '…').replaceAll(decodeURIComponent(password), '…')
}
