import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { ChildServer, type Command } from './child-server.ts'
import { freePort } from './free-port.ts'

const PROGRAMS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server']

/** A Redis server of one's own with nothing in it, from the installed program, which root on Debian installs. */
export class RedisServer {
  readonly url: string
  readonly #command: Command
  #child: ChildServer

  private constructor(url: string, command: Command) {
    this.url = url
    this.#command = command
    this.#child = new ChildServer(command, { cwd: '/' })
  }

  static async open(): Promise<RedisServer> {
    const program = PROGRAMS.find(existsSync) ?? install()
    const port = await freePort()
    const options = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()]
    const server = new RedisServer(`redis://127.0.0.1:${port}`, [program, '--port', `${port}`, ...options])
    await server.#ready()
    return server
  }

  /** Kills it, and with it all that it kept. */
  async kill(): Promise<void> {
    await this.#child.end()
  }

  /** Starts it again after `kill`. Resolves when it takes connections. */
  async start(): Promise<void> {
    this.#child = new ChildServer(this.#command, { cwd: '/' })
    await this.#ready()
  }

  async #ready(): Promise<void> {
    await this.#child.until(/ready to accept connections/i)
  }
}

function install(): string {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { stdio: 'ignore' })
    const program = PROGRAMS.find(existsSync)
    if (program) return program
  }
  throw new Error(
    'A Redis 7 server is needed: start one on port 6379, name one in TEST_REDIS_URL, or install redis-server.',
  )
}
