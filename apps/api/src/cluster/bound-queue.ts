import { tracingChannel } from 'node:diagnostics_channel'

/** Node's half of a socket, and of the one that listens: undocumented. */
interface Handle {
  close(done?: () => void): void
}
interface Listening extends Handle {
  onconnection?: (error: number, client: Handle | undefined) => void
}

/**
 * Bounds how many connections wait in a pool's primary for a worker: closes those that come beyond.
 *
 * The primary accepts all there are, and queues them until a worker takes the next. A queue that takes every descriptor
 * leaves none to start a worker with. Where Node's inside is not as it is known here, nothing is bounded: then the
 * system's limit is what closes connections, and nobody is told.
 *
 * @param onRefused is called for each that was closed
 */
export function boundQueue(most: number, onRefused: () => void): void {
  tracingChannel('net.server.listen').asyncEnd.subscribe((message) => {
    const handle = (message as { server?: { _handle?: Listening } }).server?._handle
    // The cluster module takes the handle when it hears that the server listens, which is next.
    if (handle) setImmediate(bound, handle, most, onRefused)
  })
}

function bound(handle: Listening, most: number, onRefused: () => void): void {
  const queue = handle.onconnection
  if (!queue) return
  let waiting = 0
  handle.onconnection = (error, client) => {
    if (!client) return queue(error, client)
    if (waiting >= most) {
      client.close()
      return onRefused()
    }
    waiting += 1
    const close = client.close
    // Closed here once it is a worker's.
    client.close = (done) => {
      waiting -= 1
      client.close = close
      client.close(done)
    }
    queue(error, client)
  }
}
