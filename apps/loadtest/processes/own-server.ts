import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MAIN } from '@pollcast/api/testing/built-server'
import { ChildServer } from '@pollcast/api/testing/child-server'
import { freePort } from '@pollcast/api/testing/free-port'
import { until } from '@pollcast/api/testing/until'
import { findBase, type Target } from '../bench/target.ts'
import { childrenOf } from './usage.ts'

const START_TIMEOUT_MS = 15_000

const peer = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// Peers are TypeScript. Pollcast is compiled, as in production.
const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=source']

/** The servers that can be started to be loaded: Pollcast as it is built, and its peers. */
export const programs = {
  // As `npm run serve` starts it.
  pollcast: ['--min-semi-space-size=16', '--no-allocation-site-pretenuring', MAIN],
  'better-sse': [...tsx, peer('../bench/peers/better-sse.ts')],
  'bare node': [...tsx, peer('../bench/peers/bare-node.ts')],
}

/** A server with a database in a temporary folder. Both are gone when it is stopped, or this process exits. */
export class OwnServer {
  readonly target: Target
  readonly #server: ChildServer
  readonly #removeFolder: () => void

  private constructor(target: Target, server: ChildServer, removeFolder: () => void) {
    this.target = target
    this.#server = server
    this.#removeFolder = removeFolder
  }

  /**
   * @param core the core to bind it to; without it, it may use all of them
   * @param environment more variables
   */
  static async start(
    name: keyof typeof programs,
    core: string | undefined,
    workers: number,
    environment: Record<string, string> = {},
  ): Promise<OwnServer> {
    const program = programs[name]
    if (name === 'pollcast' && !existsSync(MAIN)) {
      throw new Error('The server has not been built: run "npm run build" first, or give the URL of a running one.')
    }
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'pollcast-bench-'))
    const removeFolder = () => rmSync(folder, { recursive: true, force: true })
    process.once('exit', removeFolder)
    const bind = core === undefined ? [] : ['taskset', '-c', core]
    const server = new ChildServer([...bind, process.execPath, ...program], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE_URL: `sqlite:${join(folder, 'polls.sqlite')}`,
        WORKERS: String(workers),
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'error',
        ...environment,
      },
    })
    // Not before all workers are there: the first one would get all streams.
    if (name === 'pollcast') await server.until(/Pollcast is at/)
    const url = new URL(`http://127.0.0.1:${port}`)
    const base = await until(() => listening(server, url), {
      timeoutMs: START_TIMEOUT_MS,
      message: () => `Nothing listens at ${url.origin}: ${server.output}`,
    })
    const pid = server.pid as number
    const target = { name: workers > 1 ? `${workers} workers` : name, bases: [base], pids: [pid, ...childrenOf(pid)] }
    return new OwnServer(target, server, removeFolder)
  }

  async stop(): Promise<void> {
    await this.#server.end()
    process.stderr.write(this.#server.stderr)
    process.off('exit', this.#removeFolder)
    this.#removeFolder()
  }
}

async function listening(server: ChildServer, url: URL) {
  if (!server.running) throw new Error(`The server did not start: ${server.output}`)
  return findBase(url).catch(() => undefined)
}
