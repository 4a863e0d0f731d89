import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** How a server is started: as a process of its own, or as people do. */
const COMMANDS = { node: [process.execPath, MAIN], npm: ['npm', 'run', 'serve'] }

/** The built server in a process group of its own, until the test has ended. */
export class ServerProcess {
  /** All that it has said, on either output. */
  output = ''
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  readonly #child: ChildProcess
  #look = () => {}

  constructor(environment: Record<string, string>, how: keyof typeof COMMANDS = 'node') {
    const [command = '', ...args] = COMMANDS[how]
    this.#child = spawn(command, args, {
      cwd: ROOT,
      detached: true,
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: 'off', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (text) => {
        this.output += text
        this.#look()
      })
    }
    // 'close' comes after 'exit', when all that it said has been read.
    this.exited = once(this.#child, 'close').then(([code, signal]) => code ?? signal)
    onTestFinished(async () => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) this.signalGroup('SIGKILL')
      await this.exited
    })
  }

  /** A server that takes requests, on this database. */
  static async open(
    databasePath: string,
    how: keyof typeof COMMANDS = 'node',
  ): Promise<ServerProcess & { url: string; port: number }> {
    const server = new ServerProcess({ DATABASE_URL: `sqlite:${databasePath}` }, how)
    const said = await server.until(/http:\/\/127\.0\.0\.1:(\d+)/)
    return Object.assign(server, { url: said[0], port: Number(said[1]) })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** As a terminal's Ctrl+C and systemd do: to every process of the group, of which npm hands its own on as well. */
  signalGroup(signal: NodeJS.Signals): void {
    if (this.#child.pid) process.kill(-this.#child.pid, signal)
  }

  /** Resolves once its output matches. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const match = pattern.exec(this.output)
        if (match) resolve(match)
      }
      this.exited.then((how) => reject(new Error(`ended (${how}) before ${pattern}, after: ${this.output}`)))
      this.#look()
    })
  }
}
