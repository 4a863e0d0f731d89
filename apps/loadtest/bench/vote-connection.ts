import { connect, type Socket } from 'node:net'
import { now } from './clock.ts'

export interface Answer {
  status: number
  /** The body, read as UTF-8. */
  text(): string
}

/**
 * Servers close idle connections after some seconds (Node after five), and a request sent just then is lost. After so
 * many milliseconds a new connection is opened instead.
 */
const IDLE_LIMIT = 2000

/** A keep-alive connection for one vote at a time, each by a new voter: no cookie is sent. */
export class VoteConnection {
  readonly #address: { host: string; port: number }
  #socket: Socket
  #received = ''
  #usedAt = now()
  #pending: { resolve(answer: Answer): void; reject(error: Error): void } | undefined

  constructor(address: { host: string; port: number }) {
    this.#address = address
    this.#socket = this.#open()
  }

  /** Rejects if there is no answer: the vote may count or not. */
  send(request: string): Promise<Answer> {
    if (this.#socket.destroyed || now() - this.#usedAt > IDLE_LIMIT) {
      this.#socket.destroy()
      this.#received = ''
      this.#socket = this.#open()
    }
    this.#usedAt = now()
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #open(): Socket {
    const socket = connect(this.#address)
    const fail = (error: Error) => this.#fail(socket, error)
    return socket
      .setNoDelay(true)
      .setEncoding('latin1')
      .on('data', (text: string) => this.#read(text))
      .on('error', fail)
      .on('close', () => fail(new Error('the connection was closed before the vote was answered')))
  }

  #read(text: string): void {
    this.#received += text
    const bodyAt = this.#received.indexOf('\r\n\r\n') + 4
    if (bodyAt < 4) return
    const head = this.#received.slice(0, bodyAt)
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]
    if (length === undefined) return this.#fail(this.#socket, new Error('the answer came without Content-Length'))
    const end = bodyAt + Number(length)
    if (this.#received.length < end) return
    const body = this.#received.slice(bodyAt, end)
    this.#received = this.#received.slice(end)
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ status: Number(head.slice(9, 12)), text: () => Buffer.from(body, 'latin1').toString() })
  }

  #fail(socket: Socket, error: Error): void {
    socket.destroy()
    if (socket !== this.#socket) return
    this.#pending?.reject(error)
    this.#pending = undefined
  }
}

/** A request's bytes as text, to be written as they are. */
export function voteRequest(authority: string, path: string, choiceId: number): string {
  const body = JSON.stringify({ choiceIds: [choiceId] })
  return (
    `POST ${path} HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: application/json\r\nAccept: application/json\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  )
}

export const streamRequest = (authority: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nAccept: text/event-stream\r\n\r\n`
