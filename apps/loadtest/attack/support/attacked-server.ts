import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChildServer } from '@pollcast/api/testing/child-server'
import { routes } from '@pollcast/shared/routes'
import * as z from 'zod'
import { childrenOf, type Usage, usageOf } from '../../processes/usage.ts'
import type { Address } from './attack-connection.ts'

/** Heap of each server process: as on a small machine, and enough for a whole hall. */
const HEAP_MB = 512

/** Milliseconds that a server has to start, on a machine that does other things as well. */
const START = 120_000

export interface ServerOptions {
  environment?: Record<string, string>
  /** The limit on open files (`ulimit -n`). Without it, that of this process. */
  openFiles?: number
}

/** The parts of a poll that attacks use. */
export interface AttackedPoll {
  id: string
  choiceIds: number[]
}

const createdSchema = z.object({
  poll: z.object({ id: z.string(), choices: z.array(z.object({ id: z.int() })) }),
})
const totalSchema = z.object({ totalVotes: z.int() })

/** The attacked server: a process with its own database and port. The database is deleted when it has ended. */
export class AttackedServer extends ChildServer implements Address {
  port = 0
  readonly #folder: string

  /** @param main the server's main file */
  private constructor(main: string, { environment, openFiles }: ServerOptions, folder: string) {
    // A fake server is TypeScript; the server is compiled.
    const loader = main.endsWith('.ts') ? ['--import', import.meta.resolve('tsx'), '--conditions=source'] : []
    const node = [process.execPath, ...loader, main]
    const limited = ['bash', '-c', `ulimit -n ${openFiles} && exec "$0" "$@"`, ...node]
    super(openFiles === undefined ? node : limited, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: `sqlite:${join(folder, 'polls.sqlite')}`,
        ...environment,
      },
    })
    this.#folder = folder
    process.once('exit', this.#leave)
  }

  /** Rejects if the server does not start. */
  static async start(main: string, options: ServerOptions = {}): Promise<AttackedServer> {
    if (!existsSync(main)) throw new Error(`There is no server at ${main}: run "npm run build" first.`)
    const server = new AttackedServer(main, options, mkdtempSync(join(tmpdir(), 'pollcast-attack-')))
    const late = setTimeout(() => void server.end(), START)
    const [, port] = await server.until(/http:\/\/127\.0\.0\.1:(\d+)/)
    clearTimeout(late)
    server.port = Number(port)
    return server
  }

  get authority(): string {
    return `127.0.0.1:${this.port}`
  }

  get url(): string {
    return `http://${this.authority}`
  }

  /** CPU and memory of all its processes; undefined if one has exited. */
  get usage(): Usage | undefined {
    return this.pid === undefined ? undefined : usageOf([this.pid, ...childrenOf(this.pid)])
  }

  /** Milliseconds that its threads have used the CPU, and have waited for it (proc(5)). */
  get schedule(): { run: number; wait: number } {
    const sum = { run: 0, wait: 0 }
    for (const pid of [this.pid ?? 0, ...childrenOf(this.pid ?? 0)]) {
      try {
        for (const thread of readdirSync(`/proc/${pid}/task`)) {
          const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
          const [run = 0, wait = 0] = text.split(' ').map(Number)
          sum.run += run / 1e6
          sum.wait += wait / 1e6
        }
      } catch {
        // The process, or one of its threads, has exited.
      }
    }
    return sum
  }

  /**
   * The share of the time since then in which the server ran, of the time in which it could have run: the rest went to other
   * processes on this machine. So waits are judged as if the server had the machine to itself.
   */
  shareOfCpu(before: AttackedServer['schedule']): number {
    const { run, wait } = this.schedule
    const ran = run - before.run
    const waited = wait - before.wait
    return ran > 0 && waited >= 0 ? ran / (ran + waited) : 1
  }

  get cpuMs(): number {
    return (this.usage?.cpuSeconds ?? Number.NaN) * 1000
  }

  async createPoll(choices = ['Tea', 'Coffee', 'Water'], maxChoices = 1): Promise<AttackedPoll> {
    const answer = await fetch(this.url + routes.polls, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question: 'What will you have?', choices, maxChoices, listed: true }),
    })
    const { poll } = createdSchema.parse(await answer.json())
    return { id: poll.id, choiceIds: poll.choices.map(({ id }) => id) }
  }

  /** The number of votes of a poll, as the server gives it. */
  async totalVotes({ id }: AttackedPoll): Promise<number> {
    const answer = await fetch(this.url + routes.poll(id), { signal: AbortSignal.timeout(10_000) })
    return totalSchema.parse(await answer.json()).totalVotes
  }

  override async end(): Promise<void> {
    await super.end()
    process.off('exit', this.#leave)
    this.#leave()
  }

  readonly #leave = () => rmSync(this.#folder, { recursive: true, force: true })
}
