import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@pollcast/api/testing/free-port'
import { findBase, type Target } from '../bench/target.ts'
import { processesOf } from './usage.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// Peers are TypeScript; the server is compiled, as it is where it serves.
const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=source']

/** What a load can be sent to without an address: Pollcast as it is built, and its peers. */
export const programs = {
  // As `npm run serve` starts it.
  pollcast: ['--min-semi-space-size=16', file('../../api/dist/main.js')],
  'better-sse': [...tsx, file('../bench/peers/better-sse.ts')],
  'bare node': [...tsx, file('../bench/peers/bare-node.ts')],
}

/** A server in a process of its own, with a folder of its own, both of which are gone when it is stopped. */
export class OwnServer {
  readonly target: Target
  readonly #child: ChildProcess
  readonly #leave: () => void

  private constructor(target: Target, child: ChildProcess, leave: () => void) {
    this.target = target
    this.#child = child
    this.#leave = leave
  }

  /** @param core what it is bound to; all of them without it */
  static async start(name: keyof typeof programs, core: string | undefined, workers: number): Promise<OwnServer> {
    const program = programs[name]
    if (name === 'pollcast' && !existsSync(program.at(-1) ?? '')) {
      throw new Error('The server has not been built: run "npm run build" first, or name the URL of one that runs.')
    }
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'pollcast-bench-'))
    const command = [...(core === undefined ? [] : ['taskset', '-c', core]), process.execPath, ...program]
    const child = spawn(command[0] as string, command.slice(1), {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE_URL: `sqlite:${join(folder, 'polls.sqlite')}`,
        WORKERS: String(workers),
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', workers > 1 ? 'pipe' : 'ignore', 'inherit'],
    })
    // However this process ends, the server does not outlive it.
    const leave = () => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
    process.once('exit', leave)
    // The first of several workers, alone, would get all streams.
    if (workers > 1) await said(child, /Pollcast is at/)
    const bases = [await up(new URL(`http://127.0.0.1:${port}`), child)]
    const target = workers > 1 ? `${workers} workers` : name
    return new OwnServer({ name: target, bases, pids: processesOf(child.pid as number) }, child, leave)
  }

  async stop(): Promise<void> {
    const gone = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined
    this.#child.kill('SIGKILL')
    await gone
    process.off('exit', this.#leave)
    this.#leave()
  }
}

/** Resolves once it has said that, and hears the rest as well: an output that nobody reads would stop it. */
function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => pattern.test(text.toString()) && resolve())
    child.once('exit', () => reject(new Error('The server did not start.')))
  })
}

async function up(url: URL, child: ChildProcess) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await findBase(url)
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('The server did not start.')
      if (attempt === 150) throw error
      await pause(100)
    }
  }
}
