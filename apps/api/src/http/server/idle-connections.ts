import type { Connection } from './connection.ts'

/** Connections on which the client's next request is waited for, the one that has waited longest first. */
export class IdleConnections {
  readonly #connections = new Set<Connection>()

  add(connection: Connection): void {
    this.#connections.add(connection)
  }

  delete(connection: Connection): void {
    this.#connections.delete(connection)
  }

  /** Closes the connection that has been idle longest. Returns false if none is idle. */
  closeOldest(): boolean {
    for (const connection of this.#connections) {
      // One whose next request is arriving comes back here after its answer.
      this.#connections.delete(connection)
      if (!connection.isIdle) continue
      connection.socket.destroy()
      return true
    }
    return false
  }
}
