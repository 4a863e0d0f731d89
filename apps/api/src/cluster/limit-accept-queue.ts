import { tracingChannel } from 'node:diagnostics_channel'

/** Node's internal handles of a socket and of a listening socket: undocumented. */
interface Handle {
  close(done?: () => void): void
}
interface Listening extends Handle {
  onconnection?: (this: Listening, error: number, client: Handle | undefined) => void
}

/**
 * Limits how many connections wait in a pool's primary for a worker. New ones beyond that are closed.
 *
 * The primary accepts all connections and queues them until a worker takes the next one. A queue that uses up all
 * descriptors leaves none to start a worker with. If Node's internals are not as expected, there is no limit: then the
 * kernel closes connections, and nothing is logged.
 *
 * Other servers of the primary, such as that of the metrics, have their connections counted while they are open.
 *
 * @param onRefused is called for each connection that was closed
 */
export function limitAcceptQueue(limit: number, onRefused: () => void): void {
  tracingChannel('net.server.listen').asyncEnd.subscribe((message) => {
    const handle = (message as { server?: { _handle?: Listening } }).server?._handle
    // The cluster module sets `onconnection` when it learns that the server listens, which comes next.
    if (handle) setImmediate(limitHandle, handle, limit, onRefused)
  })
}

function limitHandle(handle: Listening, limit: number, onRefused: () => void): void {
  const queue = handle.onconnection
  if (!queue) return
  let waiting = 0
  handle.onconnection = (error, client) => {
    if (!client) return queue.call(handle, error, client)
    if (waiting >= limit) {
      client.close()
      return onRefused()
    }
    waiting += 1
    const close = client.close
    // It is closed here once a worker has it.
    client.close = (done) => {
      waiting -= 1
      client.close = close
      client.close(done)
    }
    queue.call(handle, error, client)
  }
}
