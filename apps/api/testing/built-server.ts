import { fileURLToPath } from 'node:url'
import { ChildServer } from './child-server.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** What `npm run build` makes of the API. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** How a server is started: as a process of its own, or as people do. */
const COMMANDS = { node: [process.execPath, MAIN], npm: ['npm', 'run', 'serve'] }

export type How = keyof typeof COMMANDS

/** Pollcast as it is built. */
export class BuiltServer extends ChildServer {
  constructor(environment: Record<string, string>, how: How = 'node', args: readonly string[] = []) {
    const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: 'off', ...environment }
    super([...COMMANDS[how], ...args], { cwd: ROOT, env })
  }

  /** Resolves with its address once it takes requests. */
  async address(): Promise<{ url: string; port: number }> {
    const [url, port] = await this.until(/http:\/\/127\.0\.0\.1:(\d+)/)
    return { url, port: Number(port) }
  }
}
