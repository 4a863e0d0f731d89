import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { ChildServer, type Command } from './child-server.ts'
import { programOf } from './debian-package.ts'
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
    const program = await redisProgram()
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

/** Where the program is, which is installed if it can be. */
export const redisProgram = (): Promise<string> =>
  programOf(
    'redis-server',
    () => PROGRAMS.find(existsSync),
    'Redis 7 is needed. Install it (Debian: apt-get install redis-server). For tests that do not kill it a server ' +
      'elsewhere will do: TEST_REDIS_URL=redis://HOST:PORT',
  )
