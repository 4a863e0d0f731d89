import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What the proxy does to streams: passes them on; keeps all of it until the end; swallows what comes after the first event;
 * cuts the connection with a reset after it; or answers with a page of its own.
 */
export type StreamFault = 'none' | 'buffer' | 'swallow' | 'reset' | 'page'

/** A plain HTTP/1.1 proxy before a server, which can be a bad one. Other requests than those for streams it passes on. */
export class BadProxy {
  fault: StreamFault = 'none'
  /** Streams that are open at the moment. */
  openStreams = 0
  readonly #server: Server
  readonly #port: number

  private constructor(targetPort: number) {
    this.#port = targetPort
    this.#server = createServer((req, res) => this.#pass(req, res))
  }

  static async before(targetPort: number): Promise<BadProxy> {
    const proxy = new BadProxy(targetPort)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends the streams that are open, all at once. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #pass(req: IncomingMessage, res: ServerResponse): void {
    const isStream = req.headers.accept === 'text/event-stream'
    if (isStream && this.fault === 'page') {
      res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Please log in</h1>')
      return
    }
    const { method, url: path, headers } = req
    const onward = request({ port: this.#port, host: '127.0.0.1', method, path, headers }, (answer) => {
      const { statusCode = 502, headers: answered } = answer
      if (!isStream) return void answer.pipe(res.writeHead(statusCode, answered))
      this.openStreams += 1
      res.on('close', () => {
        this.openStreams -= 1
      })
      this.#passStream(answer, res)
    })
    onward.on('error', () => res.destroy())
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  }

  #passStream(answer: IncomingMessage, res: ServerResponse): void {
    const { fault } = this
    const kept: Buffer[] = []
    let events = 0
    if (fault !== 'buffer') res.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
    answer.on('error', () => res.destroy())
    answer.on('data', (bytes: Buffer) => {
      if (fault === 'buffer') kept.push(bytes)
      else if (fault !== 'swallow' || events === 0) res.write(bytes)
      events += 1
      if (fault === 'reset') res.socket?.resetAndDestroy()
    })
    answer.on('end', () => res.end(Buffer.concat(kept)))
  }
}
