import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

const run = promisify(execFile)

const STANDARD = 'postgres://postgres@127.0.0.1:5432/postgres'

/** Where Debian's packages, of any version, put the programs. */
const PACKAGES = '/usr/lib/postgresql'

const OLDEST = 15

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

/** A database of one's own on it, empty. */
export async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const { url } = await postgresServer()
  const name = `pollcast_test_${randomBytes(8).toString('hex')}`
  await ask(url, `CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = name
  return { url: own.href, drop: async () => void (await ask(url, `DROP DATABASE ${name} WITH (FORCE)`)) }
}

/** Runs one statement on a connection of its own, as psql would beside the running server. */
export async function ask<Row>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 })
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
  const programs = installed() ?? (await install())
  return startServer(programs)
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

function installed(): string | undefined {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES) : []
  return versions
    .filter((version) => Number(version) >= OLDEST)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(PACKAGES, version, 'bin'))
    .find((programs) => existsSync(join(programs, 'initdb')) && existsSync(join(programs, 'postgres')))
}

async function install(): Promise<string> {
  const missing =
    'These tests need PostgreSQL 15 or later. Install it (Debian: apt-get install postgresql), or name a server where ' +
    'they may create databases: TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:5432/postgres'
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(missing)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Test files run side by side, and only one apt at a time gets its lock.
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  try {
    await run('apt-get', [...wait, 'update'], { env })
    await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'postgresql'], { env })
  } catch (error) {
    throw new Error(missing, { cause: error })
  }
  const programs = installed()
  if (!programs) throw new Error(missing)
  return programs
}

async function startServer(programs: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'pollcast-postgres-'))
  const data = join(folder, 'data')
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0
  const command = (program: string, args: string[]): [string, string[]] => {
    const path = join(programs, program)
    if (!asRoot) return [path, args]
    return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', '--inh-caps=-all', path, ...args]]
  }
  if (asRoot) await run('chown', ['postgres', folder])
  chmodSync(folder, 0o700)
  await run(...command('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync']), {
    cwd: '/',
  })
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`]
  const child = spawn(...command('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]), {
    cwd: '/',
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  for (const end = Date.now() + 30_000; !(await answers(url)); ) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`PostgreSQL did not start in ${folder}.`)
    await pause(50)
  }
  const stop = async () => {
    child.kill('SIGQUIT')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  // Where a test run is ended early.
  process.once('exit', () => child.kill('SIGQUIT'))
  return { url, stop }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
