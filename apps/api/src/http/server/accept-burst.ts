import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections served in one turn of the event loop, once the burst is over. */
const SLICE = 16
/** Turns without a new connection after which a burst is over. A single quiet turn happens in the middle of one. */
const QUIET_TURNS = 3
/** How long a burst may hold up the connections that came first. */
const BURST_TIMEOUT_MS = 250

/**
 * Makes a server accept all connections of a burst before it serves the first of them. Listeners to its `connection`
 * event that are registered by now hear of a connection only then.
 *
 * Node accepts one connection in a turn of its event loop, and serves in that turn whatever it has accepted before.
 * When a hall opens its phones at once, the system's queue (4,096 on Linux) overflows meanwhile, and a phone that finds
 * no place in it tries again after a second. Accepting alone is five times as fast.
 *
 * @param admit is asked of each at once, and is through with one to which it answers false
 */
export function acceptBurst(server: Server, admit: (socket: Socket) => boolean): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  // Documented as an option of net.createServer, which http.createServer does not pass on.
  Object.assign(server, { pauseOnConnect: true })

  const accepted: Socket[] = []
  let since = 0

  server.on('connection', (socket: Socket) => {
    if (!admit(socket) || accepted.push(socket) > 1) return
    since = performance.now()
    setImmediate(check, 0, 0)
  })

  /**
   * @param before how many there were a turn ago
   * @param quiet for how many turns none has come
   */
  function check(before: number, quiet: number): void {
    const isQuiet = accepted.length === before
    const goesOn = quiet < QUIET_TURNS && performance.now() - since < BURST_TIMEOUT_MS
    if (goesOn) {
      setImmediate(check, accepted.length, isQuiet ? quiet + 1 : 0)
      return
    }
    for (const socket of accepted.splice(0, SLICE)) {
      for (const serve of listeners) serve.call(server, socket)
      socket.resume()
    }
    if (accepted.length > 0) setImmediate(check, accepted.length, 0)
  }
}
