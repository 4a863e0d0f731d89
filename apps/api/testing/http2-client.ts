import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

/** One request on an HTTP/2 connection, and all that comes back. */
export class Http2Exchange {
  text = ''
  status: number | undefined
  headers: Record<string, string | string[] | undefined> = {}
  /** 'end', or the code of the error that ended it. */
  ended: string | undefined
  readonly stream: ClientHttp2Stream

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream
    stream.setEncoding('utf8')
    stream.on('response', (headers) => {
      this.status = headers[':status']
      this.headers = headers as typeof this.headers
    })
    stream.on('data', (text) => {
      this.text += text
    })
    stream.on('end', () => {
      this.ended ??= 'end'
    })
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.ended ??= error.code ?? error.message
    })
    stream.on('close', () => {
      this.ended ??= 'closed'
    })
  }

  async until(pattern: RegExp): Promise<string> {
    await until(() => {
      if (pattern.test(this.text)) return true
      if (this.ended) throw new Error(`${this.ended} before ${pattern} came, after: ${this.text}`)
      return false
    })
    return this.text
  }

  async done(): Promise<this> {
    await until(() => this.ended)
    return this
  }
}

/** A client's HTTP/2 connection over TLS, until the test has ended. */
export class Http2Client {
  readonly session: ClientHttp2Session

  constructor(url: string) {
    this.session = connect(url, { rejectUnauthorized: false })
    this.session.on('error', () => {})
    onTestFinished(() => this.session.destroy())
  }

  send(path: string, headers: OutgoingHttpHeaders = {}, body?: string): Http2Exchange {
    const stream = this.session.request({ ':path': path, ...headers }, { endStream: body === undefined })
    if (body !== undefined) stream.end(body)
    return new Http2Exchange(stream)
  }

  post(path: string, body: unknown, headers: OutgoingHttpHeaders = {}): Http2Exchange {
    const type = { ':method': 'POST', 'content-type': 'application/json' }
    return this.send(path, { ...type, ...headers }, JSON.stringify(body))
  }
}
