import type { Problem, ProblemCode } from '@pollcast/shared/problem'
import { createParser } from 'eventsource-parser'
import { type Access, accessInit } from './access.ts'
import { retryAfter } from './retry-delay.ts'

export interface ConnectionListener {
  /** Called with whatever comes, comments too: the connection is alive. */
  onBytes(): void
  onEvent(event: string | undefined, id: string, data: string): void
  /** The server's wish: milliseconds before the next connection. */
  onRetry(milliseconds: number): void
}

/** How a connection ended, or did not begin. */
export interface ConnectionEnd {
  /** What the API answered in place of a stream. */
  code?: ProblemCode | undefined
  /** Whether something else was answered with success: another one's page, in place of the stream. */
  isPage?: boolean
  /** Milliseconds for which the server does not want to be asked again. */
  minDelay: number
}

/**
 * One connection. Resolves when it has ended, however that was; a proxy's page in place of the stream is an end too.
 */
export async function readStream(
  url: string,
  access: Access,
  signal: AbortSignal,
  listener: ConnectionListener,
): Promise<ConnectionEnd> {
  let minDelay = 0
  try {
    const response = await fetch(url, { ...accessInit(access, { Accept: 'text/event-stream' }), signal })
    minDelay = retryAfter(response.headers.get('retry-after'))
    const code = await problemCode(response)
    if (code) return { code, minDelay }
    if (!typeIs(response, 'text/event-stream')) return { isPage: response.ok, minDelay }
    if (response.ok && response.body) await read(response.body, listener)
  } catch {
    // Whatever broke the connection, the next step is the same.
  }
  return { minDelay }
}

async function read(body: ReadableStream<Uint8Array>, { onBytes, onEvent, onRetry }: ConnectionListener) {
  const decoder = new TextDecoder()
  const parser = createParser({ onEvent: ({ event, data, id = '' }) => onEvent(event, id, data), onRetry })
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    parser.feed(decoder.decode(value, { stream: true }))
  }
}

/** Only the API's own answer counts: a 404 from a proxy, or from a server that is still starting, is temporary. */
export async function problemCode(response: Response): Promise<ProblemCode | undefined> {
  if (!typeIs(response, 'application/problem+json')) return undefined
  return ((await response.json()) as Problem).code
}

export const typeIs = (response: Response, type: string): boolean =>
  response.headers.get('content-type')?.startsWith(type) ?? false
