import type { Socket } from 'node:net'

/** Ends the head of a request. Node's parser accepts only lines that end with CR LF. */
const EMPTY_LINE = Buffer.from('\n\r\n')

/** Bytes that may wait to be parsed: two of Node's reads, of 64 KB each. */
const MAX_UNPARSED = 128 * 1024

/**
 * Bytes that may wait to be parsed on all connections of a server. Once there are more, a connection that brings more than a few
 * requests is closed: clients that pipeline have to expect that (RFC 9112, section 9.3.2).
 */
const MAX_UNPARSED_IN_ALL = 16 * 1024 * 1024
const MAX_UNPARSED_WHEN_FULL = 16 * 1024

/** Bytes that are read and dropped after `drop`, before a client that keeps sending is cut off. */
const MAX_DROPPED = 1024 * 1024

/** What waits to be parsed on all connections of a server. */
export interface UnparsedInput {
  /** Of the buffers that hold it. */
  bytes: number
}

/**
 * Between a socket and Node's parser: gives the parser only the bytes of the next request. The rest of what one read has
 * brought waits here, and everything else in the kernel.
 */
export class GuardedInput {
  readonly #socket: Socket
  readonly #parse: (bytes: Buffer) => void
  readonly #mayParse: () => boolean
  readonly #inAll: UnparsedInput
  #unparsed: Buffer | undefined
  #dropped: number | undefined

  /** Undefined if the parser has given up the socket. */
  static of(socket: Socket, mayParse: () => boolean, inAll: UnparsedInput): GuardedInput | undefined {
    const [parse] = socket.listeners('data')
    if (!parse) return undefined
    return new GuardedInput(socket, parse as (bytes: Buffer) => void, mayParse, inAll)
  }

  private constructor(socket: Socket, parse: (bytes: Buffer) => void, mayParse: () => boolean, inAll: UnparsedInput) {
    this.#socket = socket
    this.#parse = parse
    this.#mayParse = mayParse
    this.#inAll = inAll
    socket.removeListener('data', parse)
    // Node's parser stops reading the socket by itself when there is another listener for data.
    socket.on('data', (bytes) => this.#take(bytes))
  }

  /** Bytes that have been read and are not parsed yet. */
  get unparsed(): number {
    return this.#unparsed?.length ?? 0
  }

  /** Parses what may be parsed now, and reads on if nothing is left. */
  resume(): void {
    this.#parseNext()
    if (!this.#unparsed) this.#socket.resume()
  }

  /** Parses nothing more. What still comes is read and dropped, so that the client gets to read its answer. */
  drop(): void {
    this.release()
    this.#dropped = 0
    this.#socket.resume()
  }

  /** Forgets what was not parsed. */
  release(): void {
    this.#keep(undefined)
  }

  #keep(bytes: Buffer | undefined): void {
    this.#inAll.bytes += sizeOf(bytes) - sizeOf(this.#unparsed)
    this.#unparsed = bytes
  }

  #take(bytes: Buffer): void {
    if (this.#dropped !== undefined) {
      this.#dropped += bytes.length
      if (this.#dropped > MAX_DROPPED) this.#socket.destroy()
      return
    }
    this.#keep(this.#unparsed ? Buffer.concat([this.#unparsed, bytes]) : bytes)
    this.#parseNext()
    if (!this.#unparsed) return
    const isFull = this.#inAll.bytes > MAX_UNPARSED_IN_ALL
    if (this.#unparsed.length > (isFull ? MAX_UNPARSED_WHEN_FULL : MAX_UNPARSED)) this.#socket.destroy()
    else this.#socket.pause()
  }

  #parseNext(): void {
    while (this.#unparsed && this.#mayParse()) {
      const bytes: Buffer = this.#unparsed
      const found = bytes.indexOf(EMPTY_LINE)
      const end = found < 0 ? bytes.length : found + EMPTY_LINE.length
      this.#keep(end < bytes.length ? bytes.subarray(end) : undefined)
      this.#parse(end < bytes.length ? bytes.subarray(0, end) : bytes)
    }
  }
}

/** A part of a buffer keeps all of it in memory. */
const sizeOf = (bytes: Buffer | undefined): number => bytes?.buffer.byteLength ?? 0
