import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { networkOf, parseAddress } from '../../lib/address.ts'
import { LinkedList } from '../../lib/linked-list.ts'
import type { ClientFault } from './client-faults.ts'
import { type Arriving, type Exchange, type Failable, isWhole } from './exchange.ts'
import { checkHttp2Head, createHttp2Server } from './http2-server.ts'
import type { IdleConnection } from './idle-connections.ts'
import { type Refusal, refuse } from './refusal.ts'
import type { Timeouts } from './timeouts.ts'

/** What HTTP/2 connections need of their server. */
interface Http2Owner {
  /** Answers a request, or refuses it. */
  serveHttp2(exchange: Exchange, connection: Failable): void
  onAnswered(exchange: Exchange): void
  onIdle(connection: IdleConnection): void
  onBusy(connection: IdleConnection): void
  count(fault: ClientFault): void
  readonly timeouts: Timeouts
}

/** An HTTP/2 connection, as those who close idle ones see it. */
class Http2Connection implements IdleConnection {
  readonly socket: Socket
  readonly session: ServerHttp2Session
  streams = 0

  constructor(session: ServerHttp2Session, socket: Socket) {
    this.session = session
    this.socket = socket
  }

  get isIdle(): boolean {
    return this.streams === 0
  }
}

/** The connections that speak HTTP/2. A connection has many requests at once, each of which is limited as over HTTP/1.1. */
export class Http2Connections {
  readonly #owner: Http2Owner
  readonly #server: Http2Server
  readonly #connections = new Map<ServerHttp2Session, Http2Connection>()
  /** Requests whose bodies have not arrived, and when they began. */
  readonly #arriving = new LinkedList<Arriving>()
  #socket: Socket | undefined

  constructor(owner: Http2Owner) {
    this.#owner = owner
    this.#server = createHttp2Server({
      onSession: (session) => this.#onSession(session),
      onRequest: (req, res) => this.#onRequest(req, res),
    })
  }

  /** Speaks HTTP/2 on a socket. */
  take(socket: Socket): void {
    this.#socket = socket
    this.#server.emit('connection', socket)
  }

  /** Takes no new requests: each connection is closed when its last request is answered and its last stream has ended. */
  close(): void {
    for (const session of this.#connections.keys()) session.close()
  }

  /** Ends requests whose bodies take too long. */
  check(now: number): void {
    for (const node of this.#arriving) {
      const { exchange, connection, since } = node.value
      if (isWhole(exchange)) this.#arriving.delete(node)
      else if (now - since >= this.#owner.timeouts.body) {
        connection.fail(
          { code: 'request-timeout', detail: 'The body of the request did not arrive in time.' },
          'body too slow',
        )
      }
    }
  }

  #onSession(session: ServerHttp2Session): void {
    // Node emits 'session' while it takes the socket.
    const connection = new Http2Connection(session, this.#socket as Socket)
    this.#connections.set(session, connection)
    this.#owner.onIdle(connection)
    session.setTimeout(this.#owner.timeouts.idle, () => {
      if (connection.isIdle) session.close()
    })
    session.on('error', () => {})
    session.once('close', () => {
      this.#connections.delete(session)
      this.#owner.onBusy(connection)
    })
  }

  #onRequest(req: Http2ServerRequest, res: Http2ServerResponse): void {
    const { stream } = res
    const connection = stream.session && this.#connections.get(stream.session as ServerHttp2Session)
    if (!connection) return stream.close()
    this.#begin(connection)
    stream.on('error', () => {})
    stream.once('close', () => this.#end(connection))

    // What the handlers read and write is the same in Node's classes for both versions.
    const exchange: Exchange = {
      req: req as unknown as IncomingMessage,
      res: res as unknown as ServerResponse,
      open: 0,
      network: networkOf(parseAddress(connection.socket.remoteAddress ?? '') ?? ''),
    }
    const fail = (refusal: Refusal, fault: ClientFault) => {
      this.#owner.count(fault)
      if (res.headersSent) stream.close()
      else refuse(exchange.res, refusal)
    }
    // A body of unknown length, which Koa's `is` knows by this header only; HTTP/2 has none of that name (RFC 9113, 8.2.2).
    if (!stream.endAfterHeaders && req.headers['content-length'] === undefined)
      req.headers['transfer-encoding'] = 'chunked'
    const refusal = checkHttp2Head(req)
    if (refusal) return fail(refusal, refusal.code === 'headers-too-large' ? 'headers too large' : 'malformed request')

    const arriving = isWhole(exchange)
      ? undefined
      : this.#arriving.add({ exchange, connection: { fail }, since: performance.now() })
    stream.setTimeout(this.#owner.timeouts.answer, () => {
      if (stream.writableLength === 0) return
      this.#owner.count('answer not read')
      stream.destroy()
    })
    const onAnswered = () => {
      if (arriving) this.#arriving.delete(arriving)
      this.#owner.onAnswered(exchange)
    }
    // `finish` alone where it has become a stream of events (take-stream.ts).
    let isAnswered = false
    for (const event of ['finish', 'close']) {
      res.once(event, () => {
        if (!isAnswered) onAnswered()
        isAnswered = true
      })
    }
    this.#owner.serveHttp2(exchange, { fail })
  }

  #begin(connection: Http2Connection): void {
    connection.streams += 1
    if (connection.streams === 1) this.#owner.onBusy(connection)
  }

  #end(connection: Http2Connection): void {
    connection.streams -= 1
    if (connection.isIdle && !connection.session.destroyed) this.#owner.onIdle(connection)
  }
}
