import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf, parseAddress } from '../../lib/address.ts'
import type { Node } from '../../lib/linked-list.ts'
import type { ClientFault } from './client-faults.ts'
import type { Exchange } from './exchange.ts'
import { GuardedInput, type UnparsedInput } from './guarded-input.ts'
import type { PipelinedTurns, Waiting } from './pipelined-turns.ts'
import { type Refusal, refusalText, refuse } from './refusal.ts'
import { type Phase, Progress, type Timeouts } from './timeouts.ts'

/** What a connection needs of its server. */
export interface ConnectionOwner {
  /**
   * Answers a request. Those before it on the connection have been answered. Resolves when it is handled; undefined if it was at
   * once.
   */
  serve(exchange: Exchange, connection: Connection): Promise<void> | undefined
  /** The answer has been sent, or never will be. Called once for each request that was served. */
  onAnswered(exchange: Exchange): void
  /** The connection's requests are answered, and nothing of another one has arrived. */
  onIdle(connection: Connection): void
  /** A request has arrived before the one in front of it was answered. */
  onPipelined(): void
  /** Called once: when the connection has been closed or has become a stream. */
  onGone(connection: Connection): void
  /** Listens for data on a socket that has become a stream. */
  readonly onStreamData: (this: Socket) => void
  readonly timeouts: Timeouts
  readonly turns: PipelinedTurns
  readonly unparsed: UnparsedInput
  count(fault: ClientFault): void
}

const connections = new WeakMap<Socket, Connection>()

/** The connection of a socket; undefined if it has become a stream, or belongs to another server. */
export const connectionOf = (socket: Socket): Connection | undefined => connections.get(socket)

/** The network of the client, or of the proxy that the connection comes from. */
export const socketNetwork = ({ remoteAddress }: Socket): string => networkOf(parseAddress(remoteAddress ?? '') ?? '')

/**
 * One connection to a client. It answers one request at a time. Whatever else arrives waits: what one read has brought in
 * memory, the rest in the kernel.
 *
 * Node's parser reads a socket by itself and parses all requests that a read has brought, which can be thousands. That is
 * fast, and fine for clients that wait for each answer, as almost all do. After `guard` was called, the bytes pass through
 * GuardedInput instead, which gives the parser only the next request.
 */
export class Connection {
  readonly socket: Socket
  /** The network of the socket's address: the proxy's, if there is one. */
  readonly network: string
  readonly #owner: ConnectionOwner
  readonly #progress: Progress
  /** Undefined as long as Node's parser reads the socket by itself. */
  #input: GuardedInput | undefined
  #current: Exchange | undefined
  /** Requests that were parsed before the ones in front of them were answered. */
  #pipelined: Exchange[] | undefined
  /** Its place among those that wait for their turn to go on. */
  #turn: Node<Waiting> | undefined
  #isItsTurn = false
  /** Resolves when the request is handled that has begun in this turn. */
  #handled: Promise<void> | undefined
  #requests = 0
  /** What is wrong with the bytes after the last request. It is answered after that request. */
  #failure: Refusal | undefined
  /** Bytes read by the end of the last answer; undefined before the first one, and while a request is being answered. */
  #idleAt: number | undefined
  #closing = false
  #closingSince = 0

  constructor(socket: Socket, owner: ConnectionOwner, now: number) {
    this.socket = socket
    this.network = socketNetwork(socket)
    this.#owner = owner
    this.#progress = new Progress(now)
    connections.set(socket, this)
  }

  /** Whether nothing has been sent on it. Browsers open connections in advance; Node does not count those as idle. */
  get isUnused(): boolean {
    return this.#requests === 0 && this.socket.bytesRead === 0
  }

  /** Whether it is between two requests, and nothing of the next one has been read. */
  get isIdle(): boolean {
    return this.#isOpen && this.socket.bytesRead === this.#idleAt
  }

  /** Whether the request being served is the first on the connection. */
  get isFirst(): boolean {
    return this.#requests === 1
  }

  /** Whether an answer can still be sent to the client. */
  get #isOpen(): boolean {
    return !this.#closing && !this.socket.destroyed && !this.socket.writableEnded
  }

  /** Has a parsed request served, once those before it are answered. */
  request(exchange: Exchange): void {
    if (this.#closing) return
    const isNext = !this.#current && !this.#pipelined?.length
    if (isNext && (this.#isItsTurn || !this.#isFollowed(exchange))) return this.#begin(exchange)
    this.#pipelined ??= []
    this.#pipelined.push(exchange)
    this.#owner.onPipelined()
    if (isNext) this.#awaitTurn()
  }

  /** From now on only the next request is parsed. */
  guard(): void {
    this.#input ??= GuardedInput.of(this.socket, () => this.#mayParse, this.#owner.unparsed)
  }

  /** Gives up the socket to a stream. Nothing more is parsed; bytes that come, or have come already, close the socket. */
  becomeStream(): void {
    const hasMore = this.#pipelined !== undefined && this.#pipelined.length > 0
    const isClosed = hasMore || this.#input?.unparsed || (this.#current && isUnread(this.#current.req))
    // A failure was counted when the bytes were parsed.
    if (isClosed && !this.#failure) this.#owner.count('bytes sent on a stream')
    this.#release()
    if (isClosed || this.#failure) return void this.socket.destroy()
    this.socket.removeAllListeners('data')
    // If Node's parser still reads the socket by itself, this ends it.
    this.socket.on('data', this.#owner.onStreamData)
    this.socket.resume()
  }

  /** To be called when the socket has been closed. */
  onClosed(): void {
    if (this.#current && !this.#current.req.complete) this.#owner.count('left in the middle of a request')
    this.#release()
  }

  #release(): void {
    this.#closing = true
    this.#pipelined = undefined
    this.#input?.release()
    if (this.#turn) this.#owner.turns.delete(this.#turn)
    connections.delete(this.socket)
    this.#owner.onGone(this)
  }

  /** Refuses what can't be served, if it has no answer yet, and closes the connection. */
  fail(refusal: Refusal, fault: ClientFault): void {
    if (this.#failure) return
    if (this.#closing) return void this.socket.destroy()
    this.#owner.count(fault)
    this.guard()
    const current = this.#current
    if (!current) return this.#refuseAndClose(refusal)
    if (current.req.complete) {
      // The current request is whole: what is wrong came after it.
      this.#failure = refusal
    } else if (current.res.headersSent) {
      this.socket.destroy()
    } else {
      refuse(current.res, refusal)
    }
  }

  /**
   * Stops parsing, and closes the connection after the client has had time to read the answer. If it were closed at once
   * with unread bytes, the kernel would reset it, and the answer would be lost (RFC 9112, section 9.6).
   */
  readonly closeGently = (): void => {
    if (this.#closing) return
    this.guard()
    this.#closing = true
    this.#closingSince = performance.now()
    this.#pipelined = undefined
    if (!this.socket.writableEnded) this.socket.end()
    this.#input?.drop()
  }

  /** Ends the connection if the client is too slow. */
  check(now: number): void {
    const { timeouts } = this.#owner
    if (this.#closing) {
      if (this.#closingSince > 0 && now - this.#closingSince >= timeouts.linger) this.socket.destroy()
      return
    }
    const phase = this.#phase
    const isAnswer = phase === 'answer'
    const bytes = isAnswer ? bytesSent(this.socket) : this.socket.bytesRead
    const isOnServer = isAnswer && this.socket.writableLength === 0
    if (!this.#progress.isTooSlow(phase, this.#requests, bytes, isOnServer, now, timeouts)) return
    if (isAnswer) {
      this.#owner.count('answer not read')
      return void this.socket.destroy()
    }
    // There is no request to answer.
    if (this.isUnused) return void this.socket.destroy()
    this.fail(
      { code: 'request-timeout', detail: `The ${phase} of the request did not arrive in time.` },
      phase === 'head' ? 'headers too slow' : 'body too slow',
    )
  }

  /** Called when Node has seen no activity on the socket for a while. */
  onInactive(): void {
    // Either the server takes its time, or `check` finds out that the client is too slow.
    if (this.#phase === 'answer') this.socket.setTimeout(this.#owner.timeouts.answer)
    else this.socket.destroy()
  }

  get #phase(): Phase {
    if (!this.#current) return this.#turn ? 'answer' : 'head'
    return this.#current.req.complete || this.socket.writableLength > 0 ? 'answer' : 'body'
  }

  #begin(exchange: Exchange): void {
    this.#current = exchange
    this.#idleAt = undefined
    this.#requests += 1
    exchange.res.on('close', () => this.#onAnswered(exchange))
    const handled = this.#owner.serve(exchange, this)
    if (this.#isItsTurn) this.#handled = handled
  }

  #onAnswered(exchange: Exchange): void {
    this.#owner.onAnswered(exchange)
    if (this.#current === exchange) this.#current = undefined
    const isWaiting = this.#pipelined?.length || this.#input?.unparsed
    if (!this.#current && !isWaiting && !this.#failure && this.#isOpen) {
      this.#idleAt = this.socket.bytesRead
      this.#owner.onIdle(this)
    }
    // In another turn of the event loop: a thousand requests with immediate answers would hold up all other clients.
    if (isWaiting) this.#awaitTurn()
    else if (this.#failure || this.#input) setImmediate(() => this.goOn())
  }

  #awaitTurn(): void {
    this.#turn ??= this.#owner.turns.add(this)
  }

  /** Begins the next request, if it has come. Resolves when that is handled; undefined if none has begun, or it was at once. */
  goOn(): Promise<void> | undefined {
    this.#turn = undefined
    if (this.#current || !this.#isOpen) return undefined
    this.#isItsTurn = true
    const next = this.#pipelined?.shift()
    if (next) this.#begin(next)
    if (!next && this.#failure) this.#refuseAndClose(this.#failure)
    else this.#input?.resume()
    this.#isItsTurn = false
    const handled = this.#handled
    this.#handled = undefined
    return handled
  }

  /** Whether another request has come behind it, as far as can be told before its body is parsed. */
  #isFollowed({ req: { headers } }: Exchange): boolean {
    const body = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity
    return this.#input !== undefined && this.#input.unparsed > body
  }

  get #mayParse(): boolean {
    if (!this.#isOpen || this.#failure || (this.#pipelined && this.#pipelined.length > 0)) return false
    return !this.#current?.req.complete
  }

  #refuseAndClose(refusal: Refusal): void {
    if (this.socket.writable) this.socket.write(refusalText(refusal))
    this.closeGently()
  }
}

/** Whether part of the request's body has not arrived. */
export const isUnread = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0)

/** A part of Node that is not public: how many bytes of the current write the kernel has not taken yet. */
type Internals = Socket & { _handle?: { readonly writeQueueSize?: number } | null }

/**
 * Bytes that the kernel has taken, which it does as the client reads. `bytesWritten` and `writableLength` change only with
 * whole writes, and a slow client may take minutes over one.
 */
const bytesSent = (socket: Socket): number =>
  socket.bytesWritten - socket.writableLength - ((socket as Internals)._handle?.writeQueueSize ?? 0)
