import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** The server's end of each request for this address that comes from now on, until the test has ended. */
export function serverSockets(path: string): Socket[] {
  const sockets: Socket[] = []
  const listener = (message: unknown) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket }
    if (request.url === path) sockets.push(socket)
  }
  subscribe('http.server.request.start', listener)
  onTestFinished(() => void unsubscribe('http.server.request.start', listener))
  return sockets
}
