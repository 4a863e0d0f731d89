import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Poll } from '@pollcast/shared/poll'
import { onTestFinished } from 'vitest'

/** The server's end of each stream of a poll that is opened from now on, until the test has ended. */
export function serverSockets({ streamUrl }: Poll): Socket[] {
  const sockets: Socket[] = []
  const listener = (message: unknown) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket }
    if (request.url === streamUrl) sockets.push(socket)
  }
  subscribe('http.server.request.start', listener)
  onTestFinished(() => void unsubscribe('http.server.request.start', listener))
  return sockets
}
