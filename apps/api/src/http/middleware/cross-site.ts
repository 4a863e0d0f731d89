import type { Context, Middleware } from 'koa'
import { RequestError } from '../problem.ts'

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Refuses what a page of another site has its visitor's browser send, on every route and before anything is done: any
 * method that may change something, forms too. Browsers say where such a request comes from by Sec-Fetch-Site, over
 * plain http by Origin alone. A request with neither comes from a program.
 *
 * @param origins whose pages may send, besides those of the origin that was asked
 */
export function refuseCrossSite(origins: readonly string[]): Middleware {
  return (ctx, next) => {
    if (SAFE.has(ctx.method) || isOwn(ctx, origins)) return next()
    throw new RequestError(
      'cross-site-form',
      'A page on another site may not send this. Open the page on this site and do it there. ' +
        'If this is your own server, PUBLIC_URL and ALLOWED_ORIGINS name the origins that may.',
    )
  }
}

function isOwn(ctx: Context, origins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = ctx.headers
  if (site === 'same-origin' || site === 'none') return true
  // Not same-site: another port or subdomain is somebody else's page.
  if (origin === undefined) return site === undefined
  return origins.includes(origin) || origin === originAsked(ctx)
}

/** The origin that the request was sent to, as browsers write it: in lower case, without a standard port. */
function originAsked({ protocol, host }: Context): string | undefined {
  const url = `${protocol}://${host}`
  return URL.canParse(url) ? new URL(url).origin : undefined
}
