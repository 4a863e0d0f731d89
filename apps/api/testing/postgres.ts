import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { OLDEST, PostgresServer } from './postgres-server.ts'

const STANDARD = 'postgres://postgres@127.0.0.1:5432/postgres'

interface Server {
  url: string
  stop(): Promise<void>
}

let server: Promise<Server> | undefined

/**
 * A PostgreSQL server for this test file: the one that TEST_POSTGRES_URL names, else the one on this machine's standard
 * port, else one of its own from the installed programs, which root on Debian installs. Call `stop` at the file's end.
 */
export function postgresServer(): Promise<Server> {
  server ??= findServer()
  return server
}

/** A database of one's own on this server or on the test file's: empty, or a copy of another one that nobody uses. */
export async function createDatabase(
  at?: string,
  template = 'template1',
): Promise<{ url: string; drop(): Promise<void> }> {
  const url = at ?? (await postgresServer()).url
  const name = `pollcast_test_${randomBytes(8).toString('hex')}`
  await ask(url, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const own = new URL(url)
  own.pathname = name
  return { url: own.href, drop: async () => void (await ask(url, `DROP DATABASE ${name} WITH (FORCE)`)) }
}

/** Runs one statement on a connection of its own, as psql would beside the running server. */
export async function ask<Row>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  // A database that is dropped meanwhile rejects what was asked; the connection says so once more, to nobody.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as Row[]
  } finally {
    await client.end()
  }
}

async function findServer(): Promise<Server> {
  const named = process.env.TEST_POSTGRES_URL
  if (named) {
    await ask(named, 'SELECT 1')
    return { url: named, stop: async () => {} }
  }
  if (await answers(STANDARD)) return { url: STANDARD, stop: async () => {} }
  const own = await PostgresServer.open()
  return { url: own.url, stop: () => own.end() }
}

/** Whether a database can be made there: a server that asks for a password is not for these tests. */
async function answers(url: string): Promise<boolean> {
  try {
    const [row] = await ask<{ may: boolean }>(
      url,
      `SELECT rolsuper AND current_setting('server_version_num')::int >= ${OLDEST}0000 AS may
       FROM pg_roles WHERE rolname = current_user`,
    )
    return row?.may === true
  } catch {
    return false
  }
}
