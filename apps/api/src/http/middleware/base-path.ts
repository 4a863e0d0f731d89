import type { Middleware } from 'koa'

/** Where attributes of our pages name an address on this host. Quotes in texts are escaped, so they hold none. */
const ADDRESSES = /( (?:href|src|srcset|action)=")\/(?!\/)/g

/**
 * Serves everything under a path, the one of PUBLIC_URL, as if it were at the root: takes it off what is asked for, and puts
 * it in front of the addresses in pages and redirects. What is asked for without it, by a health check of this very
 * process or through a proxy that has taken it off, is served too.
 *
 * @param basePath such as `/polls`
 */
export function underBasePath(basePath: string): Middleware {
  return async (ctx, next) => {
    const { url } = ctx
    const rest = url.startsWith(basePath) ? url.slice(basePath.length) : url
    if (/^\/|^$|^\?/.test(rest)) ctx.url = rest.startsWith('/') ? rest : `/${rest}`
    await next()
    if (ctx.respond === false || ctx.headerSent) return
    const location = ctx.res.getHeader('Location')
    if (typeof location === 'string' && location.startsWith('/')) ctx.set('Location', basePath + location)
    if (ctx.response.is('html') && typeof ctx.body === 'string')
      ctx.body = ctx.body.replace(ADDRESSES, `$1${basePath}/`)
  }
}
