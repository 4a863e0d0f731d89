import type { Context, Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import { originOf } from '../request/origin.ts'

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Refuses requests that may change something if a browser sends them from a page of another site, on every route, forms
 * too. Browsers name the origin of such a request in Sec-Fetch-Site, over plain http only in Origin. A request with neither
 * comes from a program.
 *
 * @param origins origins whose pages may send such requests, besides the request's own
 */
export function refuseCrossSite(origins: readonly string[]): Middleware {
  return (ctx, next) => {
    if (SAFE.has(ctx.method) || isOwn(ctx, origins)) return next()
    throw new PollError(
      'cross-site-form',
      'Pages on other sites may not send this request. Open the page on this site and try again there. ' +
        'If this is your own server, list the origin in PUBLIC_URL or ALLOWED_ORIGINS.',
    )
  }
}

function isOwn(ctx: Context, origins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = ctx.headers
  if (site === 'same-origin' || site === 'none') return true
  // same-site is not enough: another port or subdomain may be somebody else's.
  if (origin === undefined) return site === undefined
  return origins.includes(origin) || origin === originOf(ctx)
}
