import type { Socket } from 'node:net'

export interface IdleConnection {
  readonly socket: Socket
  /** Whether it still is. */
  readonly isIdle: boolean
}

/** Connections on which the client's next request is waited for, the one that has waited longest first. */
export class IdleConnections {
  readonly #since = new Map<IdleConnection, number>()
  readonly #leastMs: number

  /** @param leastMs milliseconds for which no idle connection is closed: a flood must not close those in use */
  constructor(leastMs: number) {
    this.#leastMs = leastMs
  }

  add(connection: IdleConnection): void {
    this.#since.set(connection, performance.now())
  }

  delete(connection: IdleConnection): void {
    this.#since.delete(connection)
  }

  /** Closes the connection that has been idle longest. Returns false if none has been idle for long enough. */
  closeOldest(): boolean {
    const now = performance.now()
    for (const [connection, since] of this.#since) {
      if (now - since < this.#leastMs) return false
      // One whose next request is arriving comes back here after its answer.
      this.#since.delete(connection)
      if (!connection.isIdle) continue
      connection.socket.destroy()
      return true
    }
    return false
  }
}
