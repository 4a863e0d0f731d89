import type { Seen } from '@pollcast/shared/seen'
import type { Middleware } from 'koa'
import type { Proxies } from '../request/proxies.ts'

/** `GET /api/seen`: what the server sees of this very request, for `pollcast doctor`. Nothing that its client could not know. */
export function seenRoute({ proxies, basePath }: { proxies: Proxies; basePath: string }): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = {
      scheme: proxies.protocol(ctx.req),
      host: proxies.host(ctx.req),
      path: ctx.originalUrl.replace(/\?.*$/, ''),
      basePath,
      httpVersion: ctx.req.httpVersion,
      forwardedFor: ctx.req.headers['x-forwarded-for'] !== undefined,
      trusted: proxies.isTrusted(ctx.req),
      now: new Date().toISOString(),
    } satisfies Seen
  }
}
