import type { Context } from 'koa'

/** Aborted once nothing can be answered any more: the client has left, or the server closes. */
export function closeOf({ res }: Context): AbortSignal {
  const gone = new AbortController()
  if (res.destroyed) gone.abort()
  else res.once('close', () => gone.abort())
  return gone.signal
}
