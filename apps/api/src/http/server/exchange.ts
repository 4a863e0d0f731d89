import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Node } from '../../lib/linked-list.ts'
import type { ClientFault } from './client-faults.ts'
import type { Refusal } from './refusal.ts'

/** What a request came on. */
export interface Failable {
  /** Refuses the request, if it has no answer yet, and ends it. */
  fail(refusal: Refusal, fault: ClientFault): void
}

/** A request whose body had not arrived with its head. */
export interface Arriving {
  readonly exchange: Exchange
  readonly connection: Failable
  readonly since: number
}

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
  /** Its place among those that are admitted and whose bodies are arriving. */
  arriving?: Node<Arriving>
}

/** Whether all of the request has arrived. Over HTTP/2 a request without a body says so in its head. */
export const isWhole = ({ req }: Exchange): boolean =>
  req.complete || ('stream' in req && (req as unknown as Http2ServerRequest).stream.endAfterHeaders)
