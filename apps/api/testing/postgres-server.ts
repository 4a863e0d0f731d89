import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ChildServer, type Command } from './child-server.ts'
import { programOf } from './debian-package.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)

/** Where Debian's packages, of any version, put the programs. */
const PACKAGES = '/usr/lib/postgresql'

export const OLDEST = 15

/** A PostgreSQL server of one's own, from the installed programs, which root on Debian installs. */
export class PostgresServer {
  readonly url: string
  readonly #command: Command
  readonly #folder: string
  readonly #leave = () => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  #child: ChildServer

  private constructor(url: string, command: Command, folder: string) {
    this.url = url
    this.#command = command
    this.#folder = folder
    this.#child = new ChildServer(command, { cwd: '/' })
    process.once('exit', this.#leave)
  }

  static async open(): Promise<PostgresServer> {
    const programs = await postgresPrograms()
    const folder = mkdtempSync(join(tmpdir(), 'pollcast-postgres-'))
    const data = join(folder, 'data')
    // PostgreSQL refuses to run as root.
    const asRoot = process.getuid?.() === 0
    const user = ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--inh-caps=-all']
    const command = (program: string, ...args: string[]) => [...(asRoot ? user : []), join(programs, program), ...args]
    if (asRoot) await run('chown', ['postgres', folder])
    chmodSync(folder, 0o700)
    // What it says is read below, so in English whatever this machine's language.
    const options = ['-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--lc-messages=C', '--no-sync']
    const [initdb = '', ...args] = command('initdb', '-D', data, ...options)
    await run(initdb, args, { cwd: '/' })
    const port = await freePort()
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`]
    const postgres = command('postgres', '-D', data, ...settings.flatMap((setting) => ['-c', setting]))
    const server = new PostgresServer(`postgres://postgres@127.0.0.1:${port}/postgres`, postgres, folder)
    await server.#ready()
    return server
  }

  /** Ends it as if the machine had lost its power; what was committed is on the disk. */
  async kill(): Promise<void> {
    this.#child.signal('SIGQUIT')
    await this.#child.exited
  }

  /** Starts it again after `kill`. Resolves when it takes connections. */
  async start(): Promise<void> {
    this.#child = new ChildServer(this.#command, { cwd: '/' })
    await this.#ready()
  }

  async end(): Promise<void> {
    await this.kill()
    process.off('exit', this.#leave)
    this.#leave()
  }

  async #ready(): Promise<void> {
    await this.#child.until(/ready to accept connections/)
  }
}

/** Where the programs are, which are installed if they can be. */
export const postgresPrograms = (): Promise<string> =>
  programOf(
    'postgresql',
    installed,
    'PostgreSQL 15 or later is needed. Install it (Debian: apt-get install postgresql). For tests that do not kill it a ' +
      'server elsewhere will do, on which databases may be made: TEST_POSTGRES_URL=postgres://USER:PASSWORD@HOST/postgres',
  )

function installed(): string | undefined {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES) : []
  return versions
    .filter((version) => Number(version) >= OLDEST)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(PACKAGES, version, 'bin'))
    .find((programs) => existsSync(join(programs, 'initdb')) && existsSync(join(programs, 'postgres')))
}
