import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, readAnswers } from './answers.ts'

/** Where requests are sent to, on this machine. */
export interface Address {
  port: number
  /** What the Host header says. */
  authority: string
}

/** A TCP connection on which requests are written by hand. Nothing that happens to it is an error here. */
export class Connection {
  /** All that has come, a byte a character; empty where it is only counted. */
  text = ''
  bytesReceived = 0
  /** Resolves when the connection is over, with how: `end` where the server said so, else an error's code. */
  readonly closed: Promise<string>
  /** How it is over; undefined while it is open. */
  how: string | undefined
  readonly #socket: Socket
  #changed = () => {}

  /**
   * @param options.keep whether what comes is kept in `text`
   * @param options.from the loopback address that it comes from
   */
  constructor({ port }: Address, { keep = true, from = '127.0.0.1' } = {}) {
    this.#socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true })
    this.#socket.on('data', (bytes: Buffer) => {
      this.bytesReceived += bytes.length
      if (keep) this.text += bytes.toString('latin1')
      this.#changed()
    })
    this.closed = new Promise((resolve) => {
      const over = (how: string) => {
        this.how ??= how
        resolve(this.how)
        this.#changed()
      }
      this.#socket.once('end', () => over('end'))
      this.#socket.on('error', (error: NodeJS.ErrnoException) => over(error.code ?? error.message))
      this.#socket.once('close', () => over('closed'))
    })
  }

  /** @param bytes text is sent a byte a character */
  send(bytes: string | Buffer): this {
    if (this.#socket.writable) this.#socket.write(bytes, 'latin1')
    return this
  }

  /** Bytes that were sent and that the kernel has not taken yet: those, the server does not read. */
  get unsent(): number {
    return this.#socket.writableLength
  }

  pause(): this {
    this.#socket.pause()
    return this
  }

  resume(): this {
    this.#socket.resume()
    return this
  }

  leave(): void {
    this.#socket.destroy()
  }

  /** Leaves with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Resolves once it holds, which is asked whenever something came; false where it did not within these milliseconds. */
  async until(holds: () => boolean, milliseconds: number): Promise<boolean> {
    if (holds()) return true
    const timer = new AbortController()
    const held = new Promise<boolean>((resolve) => {
      this.#changed = () => {
        if (holds()) resolve(true)
      }
    })
    const late = pause(milliseconds, false, { signal: timer.signal }).catch(() => false)
    return Promise.race([held, late]).finally(() => timer.abort())
  }
}

/**
 * Sends bytes on a connection of their own.
 *
 * @returns the answers that came until the first was whole, or the head of a stream was there, or the server ended the
 *   connection, or the milliseconds were over
 */
export async function ask(
  address: Address,
  bytes: string | Buffer,
  { method = 'GET', milliseconds = 10_000, from = '127.0.0.1' } = {},
): Promise<Answer[]> {
  const connection = new Connection(address, { from })
  connection.send(bytes)
  let answers: Answer[] = []
  const answered = () => {
    answers = readAnswers(connection.text, [method]).answers
    const [first] = answers
    return connection.how !== undefined || first?.whole === true || (first !== undefined && isStream(first))
  }
  await connection.until(answered, milliseconds)
  connection.leave()
  return answers
}

export const isStream = ({ headers }: Answer): boolean =>
  headers.get('Content-Type')?.startsWith('text/event-stream') === true
