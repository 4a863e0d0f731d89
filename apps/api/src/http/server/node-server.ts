import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { connectionOf } from './connection.ts'
import { parseFailure } from './parse-failure.ts'
import type { Refusal } from './refusal.ts'
import { continueOnRead, Response } from './response.ts'
import type { Timeouts } from './timeouts.ts'

/** Node's HTTP server, with everything that Node would decide or answer by itself left to the connection (connection.ts). */
export function createNodeServer({ idle, answer }: Timeouts): Server {
  const server = createServer({
    ServerResponse: Response,
    // Connection.check ends what is too slow.
    headersTimeout: 0,
    requestTimeout: 0,
    requireHostHeader: false,
    keepAliveTimeout: idle,
  })
  // For a connection that only Node watches: nothing moves on it, and no answer is due.
  server.timeout = answer
  // Node would drop header lines without a word. checkHead counts them.
  server.maxHeadersCount = 0

  const onRequest = (req: IncomingMessage, res: ServerResponse, refusal?: Refusal) => {
    connectionOf(req.socket)?.request({ req, res, open: 0, network: '', ...(refusal && { refusal }) })
  }
  server.on('request', (req, res) => onRequest(req, res))
  server.on('checkContinue', (req, res) => {
    continueOnRead(req, res)
    onRequest(req, res)
  })
  server.on('checkExpectation', (req, res) => onRequest(req, res, EXPECTATION))
  server.on('connect', (req, socket) => {
    // Node has removed its own listeners from the socket, the one for errors too.
    socket.on('error', () => {})
    connectionOf(req.socket)?.fail(CONNECT, 'malformed request')
  })
  server.on('clientError', (error, socket) => {
    const connection = connectionOf(socket as Socket)
    const failure = parseFailure(error)
    if (connection && failure) connection.fail(failure.refusal, failure.fault)
    else socket.destroy()
  })
  server.on('timeout', (socket) => {
    const connection = connectionOf(socket)
    if (connection) connection.onInactive()
    else socket.destroy()
  })
  return server
}

const EXPECTATION: Refusal = {
  code: 'expectation-failed',
  detail: 'The only expectation that this server supports is 100-continue.',
}
const CONNECT: Refusal = { code: 'not-implemented', detail: 'This server does not support the CONNECT method.' }
