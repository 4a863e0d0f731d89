import { once } from 'node:events'
import { createServer } from 'node:net'

/** The ports below those that systems give to connections going out: whoever left one can come back to it. */
const LOWEST = 10_000
const HIGHEST = 32_767

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
