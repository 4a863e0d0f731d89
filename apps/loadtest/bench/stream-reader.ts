import { connect, type Socket } from 'node:net'
import { FrameScanner } from './frame-scanner.ts'

/** Where a stream is opened, and of what. */
export interface StreamAddress {
  /** Its place among all streams of the load. */
  index: number
  /** Which of the load's polls. */
  poll: number
  host: string
  port: number
  request: string
}

// One buffer for all sockets: what was received is scanned before anything else is.
const buffer = Buffer.allocUnsafe(64 * 1024)

/** Reads one stream: of its bytes only the count that a tab would show. */
export class StreamReader {
  readonly address: StreamAddress
  readonly scanner = new FrameScanner()
  /** Why the stream ended. */
  broken: string | undefined
  /** Whether it has stopped reading. */
  stalled = false
  /** All that was received since `record`. */
  recorded: string[] | undefined
  readonly #socket: Socket
  #leaving = false

  constructor(address: StreamAddress, changed: (reader: StreamReader) => void) {
    this.address = address
    const read = (length: number) => {
      if (this.scanner.frames === 0) this.#expectStream(length)
      this.recorded?.push(buffer.toString('utf8', 0, length))
      this.scanner.scan(buffer, length)
      changed(this)
      return true
    }
    this.#socket = connect({ host: address.host, port: address.port, onread: { buffer, callback: read } })
    this.#socket.setNoDelay(true).write(address.request)
    this.#socket.on('error', (error) => {
      this.broken ??= error.message
    })
    this.#socket.on('close', () => {
      if (this.#leaving) return
      this.broken ??= 'closed by the server'
      changed(this)
    })
  }

  stall(): void {
    this.stalled = true
    this.#socket.pause()
  }

  resume(): void {
    this.stalled = false
    this.#socket.resume()
  }

  record(): void {
    this.recorded = []
  }

  leave(): void {
    this.#leaving = true
    this.#socket.destroy()
  }

  #expectStream(length: number): void {
    const text = buffer.toString('latin1', 0, Math.min(length, 300))
    if (!text.startsWith('HTTP/') || /^HTTP\/1\.\d 200 /.test(text)) return
    this.broken = `answered: ${text.slice(0, text.indexOf('\r\n'))}`
    this.#socket.destroy()
  }
}
