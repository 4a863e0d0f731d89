import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf, parseAddress } from '../../lib/address.ts'
import type { ClientFault } from './client-faults.ts'
import { GuardedInput } from './guarded-input.ts'
import { type Refusal, refusalText, refuse } from './refusal.ts'
import { type Phase, Progress, type Timeouts } from './timeouts.ts'

/** A request and the response that is to be its answer. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  /** Known already: it is not to be served, but refused. */
  refusal?: Refusal
  /** What still keeps it in flight: its answer, and its handler. */
  open: number
  /** Whose it counts as while it is in flight. */
  network: string
}

/** What connections need of their server. */
export interface ConnectionOwner {
  /** Answers a request, now that those before it on its connection are answered. */
  serve(exchange: Exchange, connection: Connection): void
  /** Its answer has been sent, or can't be any more. Is called once for each that was served. */
  onAnswered(exchange: Exchange): void
  /** Its requests are answered, and nothing of another one has arrived. */
  onIdle(connection: Connection): void
  /** A request has come before the one in front of it was answered. */
  onPipelined(): void
  /** Is called once: when it was closed, or has become a stream. */
  onGone(connection: Connection): void
  /** Takes the bytes that come on a socket that has become a stream. */
  readonly onStreamData: (this: Socket) => void
  readonly timeouts: Timeouts
  count(fault: ClientFault): void
}

const connections = new WeakMap<Socket, Connection>()

/** The connection of a socket; undefined where it has been taken, or its server is none of ours. */
export const connectionOf = (socket: Socket): Connection | undefined => connections.get(socket)

/**
 * One connection to a client. It answers one request at a time, and what comes meanwhile waits: in the kernel, but for
 * what one read has brought.
 *
 * Node's parser reads a socket itself, and makes a request of each that a read has brought, up to thousands. That is
 * the fast way, and right for clients that wait for their answers, which are all but a few. Where `guard` was called,
 * the bytes pass through here and the parser is given no more than the next request.
 */
export class Connection {
  readonly socket: Socket
  /** Whose it is, as far as the address says: a proxy's, where there is one. */
  readonly network: string
  readonly #owner: ConnectionOwner
  readonly #progress: Progress
  /** Undefined as long as Node's parser reads the socket itself. */
  #input: GuardedInput | undefined
  #current: Exchange | undefined
  /** Requests that were parsed before their turn. */
  #ahead: Exchange[] | undefined
  #requests = 0
  /** What is wrong with the bytes behind the last request: said when that is answered. */
  #failure: Refusal | undefined
  /** Bytes that had been read when the last answer was sent; undefined until then, and while requests are answered. */
  #idleAt: number | undefined
  #closing = false
  #closingSince = 0

  constructor(socket: Socket, owner: ConnectionOwner, now: number) {
    this.socket = socket
    this.network = networkOf(parseAddress(socket.remoteAddress ?? '') ?? '')
    this.#owner = owner
    this.#progress = new Progress(now)
    connections.set(socket, this)
  }

  /** Whether nothing was asked on it so far. Browsers open some in advance, and to Node they are not idle. */
  get isUnused(): boolean {
    return this.#requests === 0 && this.socket.bytesRead === 0
  }

  /** Whether it is between two requests, and nothing of the next one has been read. */
  get isIdle(): boolean {
    return this.#isOpen && this.socket.bytesRead === this.#idleAt
  }

  /** Whether this is the first request on the connection. */
  get isFirst(): boolean {
    return this.#requests === 1
  }

  /** Whether the client can still read an answer to what it is being answered. */
  get #isOpen(): boolean {
    return !this.#closing && !this.socket.destroyed && !this.socket.writableEnded
  }

  /** Takes a request that was parsed, and has it served when its turn comes. */
  request(exchange: Exchange): void {
    if (this.#closing) return
    if (!this.#current && !this.#ahead?.length) return this.#begin(exchange)
    this.#ahead ??= []
    this.#ahead.push(exchange)
    this.#owner.onPipelined()
  }

  /** From now on no more than the next request is parsed. */
  guard(): void {
    this.#input ??= GuardedInput.of(this.socket, () => this.#mayParse)
  }

  /** Lets go of the socket for a stream: nothing more is parsed, and what comes, or has come already, closes it. */
  becomeStream(): void {
    const hasMore = this.#ahead !== undefined && this.#ahead.length > 0
    const isClosed = hasMore || this.#input?.hasUnparsed || (this.#current && isUnread(this.#current.req))
    // What is wrong with the bytes behind was counted when they were parsed.
    if (isClosed && !this.#failure) this.#owner.count('bytes sent on a stream')
    this.#release()
    if (isClosed || this.#failure) return void this.socket.destroy()
    this.socket.removeAllListeners('data')
    // This also has Node's parser let go of the socket, if it still reads that itself.
    this.socket.on('data', this.#owner.onStreamData)
    this.socket.resume()
  }

  /** To be called when the socket is closed. */
  onClosed(): void {
    if (this.#current && !this.#current.req.complete) this.#owner.count('left in the middle of a request')
    this.#release()
  }

  #release(): void {
    this.#closing = true
    this.#ahead = undefined
    connections.delete(this.socket)
    this.#owner.onGone(this)
  }

  /** Answers what can't be served with a refusal, if there is still an answer to give, and closes the connection. */
  fail(refusal: Refusal, fault: ClientFault): void {
    if (this.#failure) return
    if (this.#closing) return void this.socket.destroy()
    this.#owner.count(fault)
    this.guard()
    const current = this.#current
    if (!current) return this.#refuseAndClose(refusal)
    if (current.req.complete) {
      // What is wrong came behind it.
      this.#failure = refusal
    } else if (current.res.headersSent) {
      this.socket.destroy()
    } else {
      refuse(current.res, refusal)
    }
  }

  /**
   * Reads no further, and closes the connection when the client has had time to read the answer: where bytes are
   * unread, closing at once has the system reset the connection, and the answer is lost with it (RFC 9112, section 9.6).
   */
  readonly closeGently = (): void => {
    if (this.#closing) return
    this.guard()
    this.#closing = true
    this.#closingSince = performance.now()
    this.#ahead = undefined
    if (!this.socket.writableEnded) this.socket.end()
    this.#input?.drop()
  }

  /** Ends what a client has kept waiting for too long. */
  check(now: number): void {
    const { timeouts } = this.#owner
    if (this.#closing) {
      if (this.#closingSince > 0 && now - this.#closingSince >= timeouts.linger) this.socket.destroy()
      return
    }
    const phase = this.#phase
    const isAnswer = phase === 'answer'
    const bytes = isAnswer ? bytesSent(this.socket) : this.socket.bytesRead
    const isOurTurn = isAnswer && this.socket.writableLength === 0
    if (!this.#progress.isTooSlow(phase, this.#requests, bytes, isOurTurn, now, timeouts)) return
    if (isAnswer) {
      this.#owner.count('answer not read')
      return void this.socket.destroy()
    }
    // Nothing was asked, so there is nothing to answer.
    if (this.isUnused) return void this.socket.destroy()
    this.fail(
      { code: 'request-timeout', detail: `The ${phase} of the request did not arrive in time.` },
      phase === 'head' ? 'headers too slow' : 'body too slow',
    )
  }

  /** Node has seen nothing move on the socket for a while. */
  onInactive(): void {
    // It is the server that takes its time, or `check` that knows how long the client may.
    if (this.#phase === 'answer') this.socket.setTimeout(this.#owner.timeouts.answer)
    else this.socket.destroy()
  }

  get #phase(): Phase {
    if (!this.#current) return 'head'
    return this.#current.req.complete || this.socket.writableLength > 0 ? 'answer' : 'body'
  }

  #begin(exchange: Exchange): void {
    this.#current = exchange
    this.#idleAt = undefined
    this.#requests += 1
    exchange.res.on('close', () => this.#onAnswered(exchange))
    this.#owner.serve(exchange, this)
  }

  #onAnswered(exchange: Exchange): void {
    this.#owner.onAnswered(exchange)
    if (this.#current === exchange) this.#current = undefined
    const isDone = !this.#current && !this.#ahead?.length && !this.#failure && !this.#input?.hasUnparsed
    if (isDone && this.#isOpen) {
      this.#idleAt = this.socket.bytesRead
      this.#owner.onIdle(this)
    }
    // In a turn of its own: requests that are answered at once would keep the event loop from everybody else.
    if (this.#ahead?.length || this.#failure || this.#input) setImmediate(() => this.#goOn())
  }

  #goOn(): void {
    if (this.#current || !this.#isOpen) return
    const next = this.#ahead?.shift()
    if (next) this.#begin(next)
    else if (this.#failure) return this.#refuseAndClose(this.#failure)
    this.#input?.resume()
  }

  get #mayParse(): boolean {
    if (!this.#isOpen || this.#failure || (this.#ahead && this.#ahead.length > 0)) return false
    return !this.#current?.req.complete
  }

  #refuseAndClose(refusal: Refusal): void {
    if (this.socket.writable) this.socket.write(refusalText(refusal))
    this.closeGently()
  }
}

/** Whether a request has a body that has not arrived whole. */
export const isUnread = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0)

/** What the parts of Node that have no public name know: bytes of the current write that the kernel has not taken. */
type Internals = Socket & { _handle?: { readonly writeQueueSize?: number } | null }

/**
 * Changes with each byte of an answer that the kernel has taken, which it does as the client takes what came before.
 * `bytesWritten` and `writableLength` alone move by whole writes, and one may take a slow client minutes.
 */
const bytesSent = (socket: Socket): number =>
  socket.bytesWritten - socket.writableLength - ((socket as Internals)._handle?.writeQueueSize ?? 0)
