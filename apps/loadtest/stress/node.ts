import { setTimeout as pause } from 'node:timers/promises'
import { BuiltServer } from '@pollcast/api/testing/built-server'
import { freePort } from '@pollcast/api/testing/free-port'
import type { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { Failures } from '../processes/failures.ts'
import { childrenOf } from '../processes/usage.ts'
import { FaultWindow } from './fault-window.ts'
import { unexpectedLines } from './log.ts'

/** How long a server may take to exit after SIGTERM, and the workers after their primary process has died. */
const SHUTDOWN_TIMEOUT_MS = 20_000

/** How long a server may take to notice that it can reach its database again. */
const RECOVERY_MS = 1000

/** Before a server that exited by itself is started again. */
const RESTART_DELAY_MS = 500

interface NodeOptions {
  name: string
  environment: Record<string, string>
  workers: number
  postgres: ProxyServer | undefined
  redis: ProxyServer | undefined
  failures: Failures
}

/** A server: one process, or a primary and its workers. Stays at its port when it is started again. */
export class Node {
  readonly name: string
  readonly url: string
  /** How many processes answer requests. */
  readonly workers: number
  /** Between the server and PostgreSQL. */
  readonly postgres: ProxyServer | undefined
  /** Between the server and Redis. */
  readonly redis: ProxyServer | undefined
  /** When it could not reach its database. */
  readonly cutOff = new FaultWindow(RECOVERY_MS)
  readonly #stops = new FaultWindow()
  readonly #environment: Record<string, string>
  readonly #failures: Failures
  #process: BuiltServer | undefined
  #listening = false
  /** The process that was told to exit, or killed. */
  #ending: BuiltServer | undefined
  #checked = Promise.resolve()
  #startedAt = 0

  private constructor({ name, environment, workers, postgres, redis, failures }: NodeOptions, port: number) {
    this.name = name
    this.url = `http://127.0.0.1:${port}`
    this.workers = workers
    this.postgres = postgres
    this.redis = redis
    this.#environment = { LOG_LEVEL: 'info', ...environment, PORT: String(port) }
    this.#failures = failures
  }

  static async open(options: NodeOptions): Promise<Node> {
    const node = new Node(options, await freePort())
    node.start()
    return node
  }

  /** Whether it takes requests, as far as clients can know: a stopped one does. */
  get up(): boolean {
    return this.#listening
  }

  /** Whether all of it has been running since that time of `performance.now()`. */
  hasRun(since: number): boolean {
    return this.#listening && this.#startedAt < since && this.#stops.clearSince(since)
  }

  start(): void {
    this.#startedAt = performance.now()
    const process = new BuiltServer(this.#environment)
    this.#process = process
    process.until(/Pollcast is at/).then(
      () => {
        this.#listening = process === this.#process && process !== this.#ending
      },
      () => {},
    )
    this.#checked = process.exited.then((how) => this.#exited(process, how))
  }

  /** Kills all of its processes. */
  async kill(): Promise<void> {
    this.#expectExit()
    await this.#process?.end()
    await this.#checked
  }

  /** Kills the primary process only. Its workers must follow it. */
  async killPrimary(): Promise<void> {
    this.#expectExit()
    this.#process?.signal('SIGKILL')
    const killedAt = performance.now()
    if ((await this.#exitedInTime()) === 'late' && this.#stops.clearSince(killedAt)) {
      this.#failures.note(`the workers of ${this.name} were still there ${SHUTDOWN_TIMEOUT_MS / 1000} s after it`)
    }
    await this.kill()
  }

  /** Tells it to exit, and checks that it does. */
  async end(): Promise<void> {
    const wasUp = this.#listening
    this.#expectExit()
    this.#process?.signal('SIGTERM')
    const how = await this.#exitedInTime()
    if (how === 'late') {
      this.#failures.note(`${this.name} was told to exit, and was still there after ${SHUTDOWN_TIMEOUT_MS / 1000} s`)
      // Before it listens, it has nothing to finish.
    } else if (how !== 0 && (wasUp || how !== 'SIGTERM')) {
      this.#failures.note(`${this.name} was told to exit, and exited with ${how}`)
    }
    await this.kill()
  }

  /** SIGSTOP, and SIGCONT after so many milliseconds: for all of its processes, or the primary only. */
  stop(milliseconds: number, which: 'all' | 'primary' = 'all'): Promise<void> {
    const process = this.#process
    const signal = (name: NodeJS.Signals) => {
      if (!process?.running) return
      if (which === 'all') process.signalGroup(name)
      else process.signal(name)
    }
    return this.#stops.during(async () => {
      signal('SIGSTOP')
      await pause(milliseconds)
      signal('SIGCONT')
    })
  }

  /** Kills one of its workers, which is to be replaced. The index may be any number. */
  killWorker(index: number): void {
    const pid = this.#workerPid(index)
    if (pid !== undefined) signalTo(pid, 'SIGKILL')
  }

  /** SIGSTOP for one of its workers, and SIGCONT after so many milliseconds. The index may be any number. */
  stopWorker(index: number, milliseconds: number): Promise<void> {
    const pid = this.#workerPid(index)
    if (pid === undefined) return Promise.resolve()
    return this.#stops.during(async () => {
      signalTo(pid, 'SIGSTOP')
      await pause(milliseconds)
      signalTo(pid, 'SIGCONT')
    })
  }

  async close(): Promise<void> {
    await this.kill()
    this.postgres?.close()
    this.redis?.close()
  }

  #expectExit(): void {
    this.#ending = this.#process
    this.#listening = false
  }

  async #exitedInTime(): Promise<number | NodeJS.Signals | 'late' | undefined> {
    return Promise.race([this.#process?.exited, pause(SHUTDOWN_TIMEOUT_MS, 'late' as const, { ref: false })])
  }

  #workerPid(index: number): number | undefined {
    const pids = this.#process?.pid === undefined ? [] : childrenOf(this.#process.pid)
    return pids[index % Math.max(pids.length, 1)]
  }

  async #exited(process: BuiltServer, how: number | NodeJS.Signals): Promise<void> {
    for (const line of unexpectedLines(process.output)) this.#failures.note(`${this.name} said: ${line}`)
    if (process === this.#ending) return
    this.#listening = false
    this.#failures.note(`${this.name} exited by itself (${how}): ${process.output.trimEnd().split('\n').at(-1)}`)
    await pause(RESTART_DELAY_MS)
    if (process === this.#process && process !== this.#ending) this.start()
  }
}

/** Does nothing if the process has gone meanwhile. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
