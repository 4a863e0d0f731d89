import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { connectionOf } from './connection.ts'

/**
 * Takes a connection from Node's HTTP server: writes the head of a response whose body ends with the connection (RFC 9112,
 * section 6.3), and returns the socket, to which the caller writes the rest. Nothing more on it is parsed: if the client
 * sends anything else, the connection is closed (section 9.6).
 *
 * Node is told that the response is finished, so that it frees the request and the response. They would otherwise stay in
 * memory as long as the stream: two fifths of what an idle stream costs.
 */
export function takeSocket(res: ServerResponse, headers: OutgoingHttpHeaders): Socket {
  const { socket } = res
  if (!socket) throw new Error('The response has no connection to take')
  const all = { ...res.getHeaders(), ...headers, Date: new Date().toUTCString(), Connection: 'close' }
  let head = 'HTTP/1.1 200 OK\r\n'
  for (const [name, value] of Object.entries(all)) head += `${name}: ${value}\r\n`
  socket.write(`${head}\r\n`, 'latin1')

  connectionOf(socket)?.becomeStream()
  res.emit('finish')
  // Node now waits for the next request on this connection, and would close it if none came.
  socket.setTimeout(0)
  return socket
}
