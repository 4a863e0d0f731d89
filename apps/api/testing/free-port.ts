import { once } from 'node:events'
import { createServer } from 'node:net'

/** Ports below those that systems give to outgoing connections: clients that disconnect can reconnect to it. */
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
