import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, readAnswers } from './answers.ts'

/** The server to send requests to, on this machine. */
export interface Address {
  port: number
  /** The Host header. */
  authority: string
}

/** A TCP connection for requests written by hand. It throws nothing, whatever happens to it. */
export class AttackConnection {
  /** Everything received, one character for each byte; empty if bytes are only counted. */
  text = ''
  bytesReceived = 0
  /** Resolves when the connection has ended, with how: `end` if the server has ended it, else an error's code. */
  readonly closed: Promise<string>
  /** How it has ended; undefined while it is open. */
  how: string | undefined
  readonly #socket: Socket
  #changed = () => {}

  /**
   * @param options.keep whether to keep received bytes in `text`
   * @param options.from the loopback address to connect from
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

  /** @param bytes text is sent as one byte for each character */
  send(bytes: string | Buffer): this {
    if (this.#socket.writable) this.#socket.write(bytes, 'latin1')
    return this
  }

  /** Sent bytes that the kernel has not taken, because the server does not read. */
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

  /** Closes the connection with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Resolves to true when the condition holds, and to false after these milliseconds. It is checked when bytes arrive. */
  async until(holds: () => boolean, milliseconds: number): Promise<boolean> {
    if (holds()) return true
    const timer = new AbortController()
    const met = new Promise<boolean>((resolve) => {
      this.#changed = () => {
        if (holds()) resolve(true)
      }
    })
    const late = pause(milliseconds, false, { signal: timer.signal }).catch(() => false)
    return Promise.race([met, late]).finally(() => timer.abort())
  }
}

/**
 * Sends bytes on a new connection.
 *
 * @returns the answers received until the first one is complete, a stream has begun, the server has ended the connection, or
 *   the time is over
 */
export async function ask(
  address: Address,
  bytes: string | Buffer,
  { method = 'GET', milliseconds = 10_000, from = '127.0.0.1' } = {},
): Promise<Answer[]> {
  const connection = new AttackConnection(address, { from })
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
