import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

/** A TCP connection on which requests are written by hand, and of which every byte that comes back is kept. */
export class RawConnection {
  /** All that has come, a byte a character. */
  text = ''
  /** How it ended: 'end' where the other side said goodbye, else the error's code. */
  readonly ended: Promise<string>
  #how: string | undefined
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1').on('data', (text) => {
      this.text += text
    })
    this.ended = new Promise((resolve) => {
      socket.once('end', () => resolve('end'))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
    this.ended.then((how) => {
      this.#how = how
    })
    onTestFinished(() => this.leave())
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawConnection(socket)))
      socket.once('error', reject)
    })
  }

  send(text: string): this {
    this.#socket.write(text)
    return this
  }

  /** Takes nothing more from the connection: the reader that hangs. */
  stopReading(): this {
    this.#socket.pause()
    return this
  }

  resumeReading(): this {
    this.#socket.resume()
    return this
  }

  leave(): void {
    this.#how ??= 'left'
    this.#socket.destroy()
  }

  /** Resolves with all that has come, once that matches. */
  async until(pattern: RegExp): Promise<string> {
    await until(() => {
      if (pattern.test(this.text)) return true
      if (this.#how) throw new Error(`${this.#how} before ${pattern} came, after: ${this.text}`)
      return false
    })
    return this.text
  }
}

export const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: pollcast\r\n${headers}\r\n`

export const post = (path: string, body: unknown) => {
  const text = JSON.stringify(body)
  return (
    `POST ${path} HTTP/1.1\r\nHost: pollcast\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
}
