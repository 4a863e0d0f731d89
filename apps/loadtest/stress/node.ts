import { setTimeout as pause } from 'node:timers/promises'
import { BuiltServer } from '@pollcast/api/testing/built-server'
import { freePort } from '@pollcast/api/testing/free-port'
import { ProxyServer } from '@pollcast/api/testing/proxy-server'
import type { Faults } from '../processes/faults.ts'
import { unexpectedLines } from './log.ts'
import { Trouble } from './trouble.ts'

/** Milliseconds in which a node that was told to end has ended. */
const END = 20_000

/** Milliseconds after which a node has noticed that its way to the database is free again. */
const NOTICED = 1000

/** Between the end of a node that ended by itself and its next start. */
const RESTART = 500

/** A server process, with a way of its own to PostgreSQL and to Redis. */
export class Node {
  readonly name: string
  readonly url: string
  readonly postgres: ProxyServer
  readonly redis: ProxyServer | undefined
  /** What keeps it from its database. */
  readonly cutOff = new Trouble(NOTICED)
  readonly #stops = new Trouble()
  readonly #environment: Record<string, string>
  readonly #faults: Faults
  #process: BuiltServer | undefined
  #listening = false
  /** The process that has been told to end, or was killed. */
  #ending: BuiltServer | undefined
  #checked = Promise.resolve()
  #startedAt = 0

  private constructor(
    name: string,
    environment: Record<string, string> & { PORT: string },
    ways: { postgres: ProxyServer; redis: ProxyServer | undefined },
    faults: Faults,
  ) {
    this.name = name
    this.url = `http://127.0.0.1:${environment.PORT}`
    this.postgres = ways.postgres
    this.redis = ways.redis
    this.#environment = environment
    this.#faults = faults
  }

  static async open(name: string, postgresUrl: string, redisUrl: string | undefined, faults: Faults): Promise<Node> {
    const postgres = await ProxyServer.before(postgresUrl, 5432)
    const redis = redisUrl === undefined ? undefined : await ProxyServer.before(redisUrl, 6379)
    const environment = {
      PORT: String(await freePort()),
      DATABASE_URL: postgres.url,
      REDIS_URL: redis?.url ?? '',
      LOG_LEVEL: 'info',
    }
    const node = new Node(name, environment, { postgres: postgres.proxy, redis: redis?.proxy }, faults)
    node.start()
    return node
  }

  /** Whether it takes requests, as far as anyone outside knows: a stopped one does. */
  get up(): boolean {
    return this.#listening
  }

  /** Whether it has been there, and running, ever since then. */
  hasRun(since: number): boolean {
    return this.#listening && this.#startedAt < since && this.#stops.noneSince(since)
  }

  start(): void {
    this.#startedAt = performance.now()
    const process = new BuiltServer(this.#environment)
    this.#process = process
    process.until(/Pollcast is at/).then(
      () => {
        this.#listening = process === this.#process
      },
      () => {},
    )
    this.#checked = process.exited.then((how) => this.#ended(process, how))
  }

  async kill(): Promise<void> {
    this.#ending = this.#process
    this.#listening = false
    await this.#process?.end()
    await this.#checked
  }

  /** Tells it to end, and holds it to that. */
  async end(): Promise<void> {
    const wasUp = this.#listening
    this.#ending = this.#process
    this.#listening = false
    this.#process?.signal('SIGTERM')
    const how = await Promise.race([this.#process?.exited, pause(END, 'late' as const, { ref: false })])
    if (how === 'late') this.#faults.note(`${this.name} was told to end, and was still there after ${END / 1000} s`)
    // Before it listens, nothing of it has to be finished.
    else if (how !== 0 && (wasUp || how !== 'SIGTERM'))
      this.#faults.note(`${this.name} was told to end, and ended with ${how}`)
    await this.kill()
  }

  stop(milliseconds: number): Promise<void> {
    return this.#stops.during(async () => {
      this.#process?.signal('SIGSTOP')
      await pause(milliseconds)
      this.#process?.signal('SIGCONT')
    })
  }

  async close(): Promise<void> {
    await this.kill()
    this.postgres.close()
    this.redis?.close()
  }

  async #ended(process: BuiltServer, how: number | NodeJS.Signals): Promise<void> {
    for (const line of unexpectedLines(process.output)) this.#faults.note(`${this.name} said: ${line}`)
    if (process === this.#ending) return
    this.#listening = false
    this.#faults.note(`${this.name} ended by itself (${how}): ${process.output.trimEnd().split('\n').at(-1)}`)
    await pause(RESTART)
    if (process === this.#process && process !== this.#ending) this.start()
  }
}
