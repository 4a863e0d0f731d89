import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { FairQueue } from '../../lib/fair-queue.ts'

/** Connections that begin to be served in one turn of the event loop. */
const SLICE = 16
/** Turns without a new connection after which none waits in the kernel. One such turn can happen in the middle of a burst. */
const QUIET_TURNS = 3
/** How long a burst may delay the connections that came first. */
const BURST_TIMEOUT_MS = 250
/** How long those that come after it may delay each slice. */
const SLICE_TIMEOUT_MS = 50

export interface BurstOptions {
  /** Is called for each connection as it is accepted. If it returns false, it has closed the connection itself. */
  admit(socket: Socket): boolean
  /** Whose connection it is: those that wait are served network by network in turn. */
  networkOf(socket: Socket): string
  /** Connections are being accepted, or a slice of them is served. What can wait had better do so meanwhile: each turn accepts one. */
  onAccepting(isAccepting: boolean): void
}

/**
 * Makes a server accept all connections of a burst before it serves the first of them. The listeners that its `connection`
 * event has when this is called are called only then.
 *
 * Node accepts one connection in each turn of its event loop, and in the same turn serves those it has accepted before.
 * When a whole hall opens the page at once, the kernel's queue (4,096 on Linux) overflows meanwhile, and a phone that does
 * not fit in tries again after a second. Accepting alone is five times as fast.
 *
 * Whoever comes later, from another network, is accepted between two slices, and is served next.
 */
export function acceptBurst(server: Server, { admit, networkOf, onAccepting }: BurstOptions): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  // Documented as an option of net.createServer, which http.createServer does not pass on.
  Object.assign(server, { pauseOnConnect: true })

  const accepted = new FairQueue<Socket>()

  server.on('connection', (socket: Socket) => {
    if (!admit(socket)) return
    accepted.add(networkOf(socket), socket)
    if (accepted.size === 1) accept(BURST_TIMEOUT_MS)
  })

  function accept(timeout: number): void {
    onAccepting(true)
    // The next turn still has the work of the slice before in it.
    setImmediate(() => check(performance.now() + timeout, 0, 0))
  }

  /**
   * @param before number of accepted connections a turn ago
   * @param quiet number of turns in which none has come
   */
  function check(until: number, before: number, quiet: number): void {
    const isQuiet = accepted.size === before
    if (quiet < QUIET_TURNS && performance.now() < until) {
      setImmediate(check, until, accepted.size, isQuiet ? quiet + 1 : 0)
      return
    }
    onAccepting(false)
    for (const socket of accepted.take(SLICE)) {
      for (const serve of listeners) serve.call(server, socket)
      socket.resume()
    }
    if (accepted.size > 0) accept(SLICE_TIMEOUT_MS)
  }
}
