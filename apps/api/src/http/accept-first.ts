import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections served in one turn, once no more are coming. */
const SLICE = 16
/** Turns without another connection, after which no more are coming. One alone happens in the middle of a rush. */
const QUIET_TURNS = 3
/** Milliseconds for which connections that keep coming may hold up those that came. */
const PATIENCE = 250

/**
 * Has a server accept all connections that come together before it serves the first of them: whoever listens to its
 * connections by now hears of them then.
 *
 * Node accepts one connection in a turn of its event loop, and serves in that turn whatever it has accepted before.
 * When a hall opens its phones at once, the system's queue (4,096 on Linux) runs over meanwhile, and who finds no place
 * in it tries again after a second. Accepting alone is five times as quick.
 */
export function acceptFirst(server: Server): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  // Documented as an option of net.createServer, which http.createServer does not hand on.
  Object.assign(server, { pauseOnConnect: true })

  const arrived: Socket[] = []
  let since = 0

  server.on('connection', (socket: Socket) => {
    if (arrived.push(socket) > 1) return
    since = performance.now()
    setImmediate(look, 0, 0)
  })

  /**
   * @param before how many there were a turn ago
   * @param quiet for how many turns none has come
   */
  function look(before: number, quiet: number): void {
    const isQuiet = arrived.length === before
    const isComing = quiet < QUIET_TURNS && performance.now() - since < PATIENCE
    if (isComing) {
      setImmediate(look, arrived.length, isQuiet ? quiet + 1 : 0)
      return
    }
    for (const socket of arrived.splice(0, SLICE)) {
      for (const serve of listeners) serve.call(server, socket)
      socket.resume()
    }
    if (arrived.length > 0) setImmediate(look, arrived.length, 0)
  }
}
