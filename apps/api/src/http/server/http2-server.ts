import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerOptions,
} from 'node:http2'
import type { Refusal } from './refusal.ts'

/** The same as over HTTP/1.1: header lines, without the four that begin with a colon, and bytes of them. */
const MAX_HEADERS = 100
const MAX_HEADER_BYTES = 16 * 1024
const PSEUDO_HEADERS = 4

/** Requests and streams at once on one connection. Browsers queue further ones, and have all their tabs on one connection. */
const MAX_STREAMS = 100

/** `streamResetBurst` and `streamResetRate` are options of Node 20 that its types do not know yet. */
const OPTIONS: ServerOptions & { streamResetBurst: number; streamResetRate: number } = {
  settings: { enablePush: false, maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
  maxHeaderListPairs: MAX_HEADERS + PSEUDO_HEADERS + 1,
  // Megabytes of one connection: the bodies of 100 requests, and one frame for each of 100 streams.
  maxSessionMemory: 8,
  // Floods end the connection: requests that are reset at once (a burst, and then so many a second), empty settings, pings, and
  // frames that are not valid or not allowed.
  streamResetBurst: MAX_STREAMS * 2,
  streamResetRate: 33,
  maxSettings: 32,
  maxOutstandingPings: 10,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
}

interface Http2Handlers {
  onSession(session: ServerHttp2Session): void
  onRequest(req: Http2ServerRequest, res: Http2ServerResponse): void
}

/** Node's HTTP/2 server, which listens nowhere: it is given the connections whose client has asked for HTTP/2. */
export function createHttp2Server({ onSession, onRequest }: Http2Handlers): Http2Server {
  const server = createServer(OPTIONS)
  server.on('session', onSession)
  // The session is closed then, and its socket's end is all that there is to see to.
  server.on('sessionError', () => {})
  server.on('request', onRequest)
  server.on('checkContinue', (req: Http2ServerRequest, res: Http2ServerResponse) => {
    res.writeContinue()
    onRequest(req, res)
  })
  return server
}

/** What Node and nghttp2 do not refuse by themselves. */
export function checkHttp2Head(req: Http2ServerRequest): Refusal | undefined {
  const { rawHeaders } = req
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length, 0)
  if (rawHeaders.length > (MAX_HEADERS + PSEUDO_HEADERS) * 2) {
    return { code: 'headers-too-large', detail: `The request has more than ${MAX_HEADERS} header lines.` }
  }
  if (bytes > MAX_HEADER_BYTES) {
    const isForPerson = !req.url.startsWith('/api/') && req.headers.accept?.includes('text/html') === true
    return { code: 'headers-too-large', detail: 'The request line and headers are larger than 16 KB.', isForPerson }
  }
  if (req.method === 'CONNECT') {
    return { code: 'not-implemented', detail: 'This server does not support the CONNECT method.' }
  }
  const host = req.authority ?? req.headers.host
  if (!host) return { code: 'malformed-request', detail: 'The request names no authority and no Host.' }
  if (!req.url.startsWith('/') && req.url !== '*') {
    return { code: 'malformed-request', detail: 'The request target is not a path.' }
  }
  return undefined
}
