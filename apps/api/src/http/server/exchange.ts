import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Refusal } from './refusal.ts'

/** A request and the response to it. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  /** Set if the request is already known to be refused. */
  refusal?: Refusal
  /** How many of its answer and its handler are not done. It is in flight until both are. */
  open: number
  /** The client's network, for which it is counted while it is in flight. */
  network: string
}

/** Whether all of the request has arrived. Over HTTP/2 a request without a body says so in its head. */
export const isWhole = ({ req }: Exchange): boolean =>
  req.complete || ('stream' in req && (req as unknown as Http2ServerRequest).stream.endAfterHeaders)
