import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { problemOf } from '../problem.ts'
import { acceptBurst } from './accept-burst.ts'
import { type AcceptWaiting, drainBacklog } from './drain-backlog.ts'

/** Connections that may wait to be accepted: a hall opens its phones at once, and Node's 511 would turn some away. */
const BACKLOG = 16_384

/** The listening half of Pollcast: connections, and their end. */
export class HttpServer {
  readonly #server: Server
  /** Connections on which nothing was asked yet. Browsers open some in advance, and to Node they are not idle. */
  readonly #silent = new Set<Socket>()
  readonly #acceptWaiting: AcceptWaiting | undefined
  #closing = false

  /** @param acceptWaiting has the waiting connections accepted, where this process does not accept them itself */
  constructor(listener: RequestListener, acceptWaiting?: AcceptWaiting) {
    this.#acceptWaiting = acceptWaiting
    const silent = this.#silent
    function forget(this: Socket) {
      silent.delete(this)
    }
    this.#server = createServer((req, res) => {
      const isFirst = silent.delete(req.socket)
      if (isFirst) req.socket.off('close', forget)
      if (!this.#closing) return listener(req, res)
      res.shouldKeepAlive = false
      return isFirst ? listener(req, res) : refuse(res)
    })
    this.#server.on('connection', (socket: Socket) => {
      silent.add(socket)
      socket.on('close', forget)
    })
    acceptBurst(this.#server)
  }

  /** Resolves with the port once connections are taken; rejects as `listen` fails (EADDRINUSE, EACCES, …). */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, backlog: BACKLOG }, () => {
        this.#server.off('error', reject)
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
    await drainBacklog(this.#server, this.#acceptWaiting)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const idle = setInterval(() => this.#closeIdle(), 50)
    const cut = setTimeout(() => this.#server.closeAllConnections(), grace)
    await closed
    clearInterval(idle)
    clearTimeout(cut)
  }

  #closeIdle(): void {
    this.#server.closeIdleConnections()
    for (const socket of this.#silent) if (socket.bytesRead === 0) socket.destroy()
  }
}

const refuse: (res: Parameters<RequestListener>[1]) => void = (res) => {
  const problem = problemOf('shutting-down', 'This server is shutting down. Try again in a moment.')
  const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '1' }
  res.writeHead(problem.status, headers).end(JSON.stringify(problem))
}
