import { type IncomingMessage, ServerResponse } from 'node:http'
import { connectionOf, isUnread } from './connection.ts'

/** A response that begins before the whole request has arrived is the last one on its connection. */
export class Response extends ServerResponse {
  override writeHead(status: number, ...rest: never[]): this {
    const connection = isUnread(this.req) ? connectionOf(this.req.socket) : undefined
    if (connection) {
      this.shouldKeepAlive = false
      connection.socket.destroySoon = connection.closeGently
    }
    return super.writeHead(status, ...rest)
  }
}

/**
 * Tells the client to send its body (RFC 9110, section 10.1.1) when the handler begins to read it. A body that no handler
 * reads is never sent.
 */
export function continueOnRead(req: IncomingMessage, res: ServerResponse): void {
  const read = req._read
  req._read = (size) => {
    req._read = read
    if (!res.headersSent) res.writeContinue()
    req._read(size)
  }
}
