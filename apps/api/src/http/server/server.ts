import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { acceptBurst } from './accept-burst.ts'
import { Admission } from './admission.ts'
import { checkHead } from './check-head.ts'
import type { ClientFault, ClientFaults } from './client-faults.ts'
import { Connection, type ConnectionOwner, connectionOf, socketNetwork } from './connection.ts'
import { type AcceptWaiting, drainBacklog } from './drain-backlog.ts'
import type { Exchange } from './exchange.ts'
import { Http2Connections } from './http2-connections.ts'
import { type IdleConnection, IdleConnections } from './idle-connections.ts'
import { InFlight } from './in-flight.ts'
import { createNodeServer } from './node-server.ts'
import { PipelinedTurns } from './pipelined-turns.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type Certificate, secureListener } from './secure-listener.ts'
import { TIMEOUTS, type Timeouts } from './timeouts.ts'

/** Connections that may wait to be accepted. When a whole hall opens the page at once, Node's default of 511 is too few. */
const BACKLOG = 16_384

/**
 * Requests in flight at once. Each takes about 10 KB of heap, and outside the heap 40 KB at most for its body: this many take
 * 40 MB of heap, which fits into any, and 160 MB when all have the largest body. The last of them waits a second or two; longer than that, "try again" is the better answer.
 */
export const IN_FLIGHT = 4096
/**
 * Requests in flight of one address. Behind it there may be a hall with one router: a thousand phones that all vote in the
 * same second are served. The other half is left to everybody else.
 */
export const IN_FLIGHT_OF_ADDRESS = IN_FLIGHT / 2

/** Milliseconds for which every connection is guarded (connection.ts) after a client has pipelined. */
const GUARD_MS = 60_000

/** Answers a request. The request is in flight until the promise that it returns has settled. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

export interface HttpServerOptions {
  /** Accepts the connections that wait, if another process accepts them for this one. */
  acceptWaiting?: AcceptWaiting | undefined
  faults: ClientFaults
  timeouts?: Timeouts
  maxConnections?: number
  /** Is called for each new connection that was closed because there are `maxConnections`, and none could be closed for it. */
  onRefused?: () => void
  inFlight?: number
  inFlightOfAddress?: number
  /** With it, the server speaks HTTP/2 and HTTP/1.1 over TLS; else HTTP/1.1 in the clear. */
  certificate?: Certificate | undefined
  /** The client's network, for requests that come through a proxy: there the address of the connection is the proxy's. */
  networkOf?: (req: IncomingMessage) => string
}

/** The HTTP server: accepts connections, limits them and what is in flight, and closes them. Requests go to a handler. */
export class HttpServer implements ConnectionOwner {
  readonly #server: Server
  /** What listens: the server itself, or TLS in front of it. */
  readonly #listener: NetServer
  readonly #http2: Http2Connections | undefined
  /** With TLS, every TCP connection. Without, Node's server knows them. */
  readonly #tlsSockets = new Set<Socket>()
  readonly #handler: Handler
  readonly #options: HttpServerOptions
  readonly timeouts: Timeouts
  readonly turns = new PipelinedTurns()
  readonly unparsed = { bytes: 0 }
  readonly #admission: Admission
  readonly #maxConnections: number
  /** Without those that have become streams. */
  readonly #connections = new Set<Connection>()
  readonly #idle: IdleConnections
  #open = 0
  #guardedUntil = 0
  #closing = false
  #checking: NodeJS.Timeout | undefined

  constructor(handler: Handler, options: HttpServerOptions) {
    this.#handler = handler
    this.#options = options
    this.timeouts = options.timeouts ?? TIMEOUTS
    this.#idle = new IdleConnections(this.timeouts.idleWhenFull)
    this.#maxConnections = options.maxConnections ?? Number.POSITIVE_INFINITY
    const { faults, inFlight = IN_FLIGHT, inFlightOfAddress = IN_FLIGHT_OF_ADDRESS } = options
    this.#admission = new Admission(new InFlight(inFlight, inFlightOfAddress), this.timeouts.lateBody)
    this.onStreamData = function () {
      faults.count('bytes sent on a stream')
      this.destroy()
    }
    this.#server = this.#createServer()
    const { certificate } = options
    this.#http2 = certificate && new Http2Connections(this)
    this.#listener = certificate ? this.#createSecureListener(certificate) : this.#server
  }

  /** Resolves with the port when connections are accepted. Rejects with the error of `listen` (EADDRINUSE, EACCES, …). */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject)
      this.#listener.listen({ port, host, backlog: BACKLOG }, () => {
        this.#listener.off('error', reject)
        this.#checking = setInterval(() => this.#check(), Math.min(1000, this.timeouts.head / 4)).unref()
        resolve((this.#listener.address() as AddressInfo).port)
      })
    })
  }

  /** Number of open connections. */
  get openConnections(): number {
    return this.#open
  }

  /**
   * Stops accepting connections, and resolves when all requests in flight are answered. The first request on a connection
   * is answered too, even if it comes now: a proxy that has sent it here may not be able to send it to another server.
   * Later ones are refused. After `grace` milliseconds all connections are closed.
   */
  async close(grace: number): Promise<void> {
    this.#closing = true
    await drainBacklog(this.#listener, this.#options.acceptWaiting)
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()))
    this.#http2?.close()
    // By then, what had come on a new connection has been read.
    const idle = setInterval(() => this.#closeIdle(({ isIdle, isUnused }) => isIdle || isUnused), 50)
    const cut = setTimeout(() => {
      this.#server.closeAllConnections()
      for (const socket of this.#tlsSockets) socket.destroy()
    }, grace)
    await closed
    clearInterval(idle)
    clearTimeout(cut)
    clearInterval(this.#checking)
  }

  /** Gives new connections this certificate, if the server was made with one. Throws, and changes nothing, if it can't be used. */
  setCertificate(certificate: Certificate): void {
    ;(this.#listener as TlsServer).setSecureContext({ ...certificate, minVersion: 'TLSv1.2' })
  }

  serve(exchange: Exchange, connection: Connection): Promise<void> | undefined {
    const { req, res } = exchange
    this.#idle.delete(connection)
    const refusal = exchange.refusal ?? checkHead(req)
    if (refusal) {
      this.count(refusal.code === 'headers-too-large' ? 'headers too large' : 'malformed request')
      refuse(res, refusal)
      return undefined
    }
    if (this.#closing) {
      if (!connection.isFirst) {
        refuse(res, CLOSING)
        return undefined
      }
      res.shouldKeepAlive = false
    }
    exchange.network = connection.network
    return this.#handle(exchange, connection)
  }

  serveHttp2(exchange: Exchange, connection: Parameters<Admission['enter']>[1]): void {
    this.#handle(exchange, connection)
  }

  #handle(exchange: Exchange, connection: Parameters<Admission['enter']>[1]): Promise<void> | undefined {
    const { req, res } = exchange
    exchange.network = this.#options.networkOf?.(req) ?? exchange.network
    if (!this.#admission.enter(exchange, connection)) {
      this.count('refused, too many at once')
      refuse(res, BUSY)
      return undefined
    }
    const handled = this.#handler(req, res)
    const done = () => this.#admission.onHandled(exchange)
    if (handled instanceof Promise) return handled.then(done, done)
    done()
    return undefined
  }

  onAnswered(exchange: Exchange): void {
    this.#admission.onAnswered(exchange)
  }

  onIdle(connection: IdleConnection): void {
    this.#idle.add(connection)
  }

  onBusy(connection: IdleConnection): void {
    this.#idle.delete(connection)
  }

  onPipelined(): void {
    const now = performance.now()
    if (now >= this.#guardedUntil) for (const connection of this.#connections) connection.guard()
    this.#guardedUntil = now + GUARD_MS
  }

  onGone(connection: Connection): void {
    this.#connections.delete(connection)
    this.#idle.delete(connection)
  }

  count(fault: ClientFault): void {
    this.#options.faults.count(fault)
  }

  readonly onStreamData: (this: Socket) => void

  #createServer(): Server {
    const server = createNodeServer(this.timeouts)
    // Node calls this when it closes, and takes streams for idle: their responses are finished (take-socket.ts).
    server.closeIdleConnections = () => this.#closeIdle(({ isIdle }) => isIdle)
    server.on('connection', (socket: Socket) => {
      const now = performance.now()
      const connection = new Connection(socket, this, now)
      this.#connections.add(connection)
      if (now < this.#guardedUntil) connection.guard()
    })
    const onSocketClose = (socket: Socket) => this.#onSocketClose(socket)
    // One function for all sockets: what listens to the socket of a stream stays in memory as long as the stream.
    function onClose(this: Socket) {
      onSocketClose(this)
    }
    if (this.#options.certificate) server.on('connection', (socket: Socket) => socket.on('close', onClose))
    else
      acceptBurst(server, {
        admit: (socket) => {
          if (!this.#admit(socket)) return false
          socket.on('close', onClose)
          return true
        },
        networkOf: socketNetwork,
        onAccepting: (isAccepting) => this.turns.pause(isAccepting),
      })
    return server
  }

  #createSecureListener(certificate: Certificate): TlsServer {
    const onClose = (socket: Socket) => {
      this.#open -= 1
      this.#tlsSockets.delete(socket)
    }
    return secureListener({
      certificate,
      handshakeMs: this.timeouts.head,
      onHttp1: (socket) => this.#server.emit('connection', socket),
      onHttp2: (socket) => this.#http2?.take(socket),
      admit: (socket) => {
        if (!this.#admit(socket)) return false
        this.#tlsSockets.add(socket)
        socket.on('close', () => onClose(socket))
        return true
      },
    })
  }

  #admit(socket: Socket): boolean {
    if (this.#open >= this.#maxConnections && !this.#idle.closeOldest()) {
      socket.destroy()
      this.#options.onRefused?.()
      return false
    }
    this.#open += 1
    return true
  }

  #onSocketClose(socket: Socket): void {
    if (!this.#options.certificate) this.#open -= 1
    connectionOf(socket)?.onClosed()
  }

  #check(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.check(now)
    this.#http2?.check(now)
  }

  #closeIdle(isIdle: (connection: Connection) => boolean): void {
    for (const connection of this.#connections) if (isIdle(connection)) connection.socket.destroy()
  }
}

const CLOSING: Refusal = {
  code: 'shutting-down',
  detail: 'The server is shutting down. Try again in a moment.',
  retryAfter: 1,
}
const BUSY: Refusal = {
  code: 'server-busy',
  detail: 'The server is busy. Try again in a moment.',
  retryAfter: 1,
}
