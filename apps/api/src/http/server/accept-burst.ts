import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections that begin to be served in one turn of the event loop, after the burst. */
const SLICE = 16
/** Turns without a new connection that end a burst. One such turn can happen in the middle of it. */
const QUIET_TURNS = 3
/** How long a burst may delay the connections that came first. */
const BURST_TIMEOUT_MS = 250

/**
 * Makes a server accept all connections of a burst before it serves the first of them. The listeners that its `connection`
 * event has when this is called are called only then.
 *
 * Node accepts one connection in each turn of its event loop, and in the same turn serves those it has accepted before.
 * When a whole hall opens the page at once, the kernel's queue (4,096 on Linux) overflows meanwhile, and a phone that does
 * not fit in tries again after a second. Accepting alone is five times as fast.
 *
 * @param admit is called for each connection as it is accepted. If it returns false, it has closed the connection itself.
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
   * @param before number of accepted connections a turn ago
   * @param quiet number of turns in which none has come
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
