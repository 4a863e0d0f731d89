import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { acceptBurst } from './accept-burst.ts'
import { checkHead } from './check-head.ts'
import type { ClientFault, ClientFaults } from './client-faults.ts'
import { Connection, type ConnectionOwner, connectionOf, type Exchange, isUnread } from './connection.ts'
import { type AcceptWaiting, drainBacklog } from './drain-backlog.ts'
import { IdleConnections } from './idle-connections.ts'
import { InFlight } from './in-flight.ts'
import { parseFailure } from './parse-failure.ts'
import { type Refusal, refuse } from './refusal.ts'
import { TIMEOUTS, type Timeouts } from './timeouts.ts'

/** Connections that may wait to be accepted: a hall opens its phones at once, and Node's 511 would turn some away. */
const BACKLOG = 16_384

/**
 * Requests answered at once. Each holds some ten kilobytes, with its body 42 at most, so that this many fit into any
 * heap; and the last of them waits for no more than a second or two, behind which "try again" is the better answer.
 */
export const IN_FLIGHT = 4096
/**
 * Of these, what one address may have. It may be a hall: a thousand phones behind one router, each of which has one
 * request in flight, vote in the same second and are let through. It leaves the other half to everybody else.
 */
export const IN_FLIGHT_OF_ADDRESS = IN_FLIGHT / 2

/** Milliseconds for which every connection is guarded after someone has pipelined. */
const GUARD_MS = 60_000

/** Answers a request. What it returns is waited for before the request counts as done. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

export interface HttpServerOptions {
  /** How waiting connections are accepted, where this process does not accept them itself. */
  acceptWaiting?: AcceptWaiting | undefined
  faults: ClientFaults
  timeouts?: Timeouts
  maxConnections?: number
  /** Is called for each new connection that was closed because there are `maxConnections`, and none of them is idle. */
  onRefused?: () => void
  inFlight?: number
  inFlightOfAddress?: number
  /** Whose a request is, where the address of its connection does not say so, as behind a proxy. */
  networkOf?: (req: IncomingMessage) => string
}

/** The listening half of Pollcast: connections, their bounds, and their end. */
export class HttpServer implements ConnectionOwner {
  readonly #server: Server
  readonly #handler: Handler
  readonly #options: HttpServerOptions
  readonly timeouts: Timeouts
  readonly #inFlight: InFlight
  readonly #maxConnections: number
  /** Requests whose bodies had not arrived when they were begun, the oldest first. */
  readonly #arriving = new Map<Exchange, { connection: Connection; since: number }>()
  /** Those that speak HTTP, which streams no longer do. */
  readonly #connections = new Set<Connection>()
  readonly #idle = new IdleConnections()
  #open = 0
  #guardedUntil = 0
  #closing = false
  #checking: NodeJS.Timeout | undefined

  constructor(handler: Handler, options: HttpServerOptions) {
    this.#handler = handler
    this.#options = options
    this.timeouts = options.timeouts ?? TIMEOUTS
    this.#maxConnections = options.maxConnections ?? Number.POSITIVE_INFINITY
    this.#inFlight = new InFlight(options.inFlight ?? IN_FLIGHT, options.inFlightOfAddress ?? IN_FLIGHT_OF_ADDRESS)
    const { faults } = options
    this.onStreamData = function () {
      faults.count('bytes sent on a stream')
      this.destroy()
    }
    this.#server = this.#createServer()
  }

  /** Resolves with the port once connections are taken; rejects as `listen` fails (EADDRINUSE, EACCES, …). */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, backlog: BACKLOG }, () => {
        this.#server.off('error', reject)
        this.#checking = setInterval(() => this.#check(), Math.min(1000, this.timeouts.head / 4)).unref()
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /**
   * Takes no more connections; resolves when all requests under way are answered, which counts the first on each
   * connection: a proxy that has got one may not be able to ask elsewhere. Those that come after another are refused.
   * After `grace` milliseconds what is left is cut off.
   */
  async close(grace: number): Promise<void> {
    this.#closing = true
    await drainBacklog(this.#server, this.#options.acceptWaiting)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const idle = setInterval(() => this.#closeIdle(), 50)
    const cut = setTimeout(() => this.#server.closeAllConnections(), grace)
    await closed
    clearInterval(idle)
    clearTimeout(cut)
    clearInterval(this.#checking)
  }

  serve(exchange: Exchange, connection: Connection): void {
    const { req, res } = exchange
    this.#idle.delete(connection)
    const refusal = exchange.refusal ?? checkHead(req)
    if (refusal) {
      this.count(refusal.code === 'headers-too-large' ? 'headers too large' : 'malformed request')
      return refuse(res, refusal)
    }
    if (this.#closing) {
      if (!connection.isFirst) return refuse(res, CLOSING)
      res.shouldKeepAlive = false
    }
    exchange.network = this.#options.networkOf?.(req) ?? connection.network
    if (!this.#inFlight.enter(exchange.network) && !this.#makeRoom(exchange.network)) {
      this.count('refused, too many at once')
      return refuse(res, BUSY)
    }
    exchange.open = 2
    if (!req.complete) this.#arriving.set(exchange, { connection, since: performance.now() })
    const handled = this.#handler(req, res)
    const done = () => this.#leave(exchange)
    if (handled instanceof Promise) handled.then(done, done)
    else done()
  }

  onAnswered(exchange: Exchange): void {
    // A handler that still waits for the rest of a request waits for nothing.
    if (!exchange.req.complete && exchange.open > 1) exchange.open = 1
    this.#leave(exchange)
  }

  /** A client that leaves early ends no work: a request is in flight until its handler is through as well. */
  #leave(exchange: Exchange): void {
    if (exchange.open === 0) return
    exchange.open -= 1
    if (exchange.open > 0) return
    this.#inFlight.leave(exchange.network)
    this.#arriving.delete(exchange)
  }

  /**
   * Ends the oldest request whose body is late, for one that is whole: else a few thousand bodies that drip would have all
   * places. False where none is late, or none is of the address that has too many.
   */
  #makeRoom(network: string): boolean {
    const now = performance.now()
    for (const [exchange, { connection, since }] of this.#arriving) {
      if (exchange.req.complete) {
        this.#arriving.delete(exchange)
        continue
      }
      if (now - since < this.timeouts.lateBody) return false
      if (!this.#inFlight.isFull && exchange.network !== network) continue
      connection.fail(LATE_BODY, 'body too slow')
      exchange.open = 1
      this.#leave(exchange)
      if (this.#inFlight.enter(network)) return true
    }
    return false
  }

  onIdle(connection: Connection): void {
    this.#idle.add(connection)
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
    const { idle, answer } = this.timeouts
    const options = this.#options
    const server = createServer({
      ServerResponse: Response,
      // A head, a body or the reading of an answer that is too slow is found in #check; what Node would answer by itself
      // is in Connection's hands.
      headersTimeout: 0,
      requestTimeout: 0,
      requireHostHeader: false,
      keepAliveTimeout: idle,
    })
    // For what Node alone sees: a connection on which nothing moves and no answer is owed.
    server.timeout = answer
    // None is dropped: checkHead counts them.
    server.maxHeadersCount = 0

    const request = (req: IncomingMessage, res: ServerResponse, refusal?: Refusal) => {
      connectionOf(req.socket)?.request({ req, res, open: 0, network: '', ...(refusal && { refusal }) })
    }
    server.on('request', (req, res) => request(req, res))
    server.on('checkContinue', (req, res) => {
      continueOnRead(req, res)
      request(req, res)
    })
    server.on('checkExpectation', (req, res) => request(req, res, EXPECTATION))
    server.on('connect', (req, socket) => {
      // Node has let go of the socket, with what would have heard of its errors.
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
      if (connection) connection.onStill()
      else socket.destroy()
    })

    const onSocketClose = (socket: Socket) => this.#onSocketClose(socket)
    // One function for all of them: a stream keeps what listens to its socket in memory.
    function onClose(this: Socket) {
      onSocketClose(this)
    }
    const onConnection = (socket: Socket) => {
      const now = performance.now()
      const connection = new Connection(socket, this, now)
      this.#connections.add(connection)
      if (now < this.#guardedUntil) connection.guard()
    }
    server.on('connection', onConnection)
    acceptBurst(server, (socket) => {
      if (this.#open >= this.#maxConnections && !this.#idle.closeOldest()) {
        socket.destroy()
        options.onRefused?.()
        return false
      }
      this.#open += 1
      socket.on('close', onClose)
      return true
    })
    return server
  }

  #onSocketClose(socket: Socket): void {
    this.#open -= 1
    connectionOf(socket)?.onClosed()
  }

  #check(): void {
    const now = performance.now()
    for (const connection of this.#connections) connection.check(now)
  }

  #closeIdle(): void {
    this.#server.closeIdleConnections()
    for (const connection of this.#connections) if (connection.isUnused) connection.socket.destroy()
  }
}

/** A response that is begun before its request has arrived whole is the last on its connection. */
class Response extends ServerResponse {
  override writeHead(status: number, ...rest: never[]): this {
    const connection = isUnread(this.req) ? connectionOf(this.req.socket) : undefined
    if (connection) {
      this.shouldKeepAlive = false
      connection.socket.destroySoon = connection.closeGently
    }
    return super.writeHead(status, ...rest)
  }
}

/** Lets a client send its body (RFC 9110, section 10.1.1) when its handler begins to read: one nobody wants stays away. */
function continueOnRead(req: IncomingMessage, res: ServerResponse): void {
  const read = req._read
  req._read = (size) => {
    req._read = read
    if (!res.headersSent) res.writeContinue()
    req._read(size)
  }
}

const CLOSING: Refusal = {
  code: 'shutting-down',
  detail: 'This server is shutting down. Try again in a moment.',
  retryAfter: 1,
}
const LATE_BODY: Refusal = {
  code: 'server-busy',
  detail: 'There is too much to do just now, and the body of the request had not arrived. Send it again in a moment.',
  retryAfter: 1,
}

const BUSY: Refusal = {
  code: 'server-busy',
  detail: 'More requests are being answered than there is room for. Try again in a moment.',
  retryAfter: 1,
}
const EXPECTATION: Refusal = { code: 'expectation-failed', detail: 'No expectation but 100-continue can be met.' }
const CONNECT: Refusal = { code: 'not-implemented', detail: 'CONNECT is not a method that is known here.' }
