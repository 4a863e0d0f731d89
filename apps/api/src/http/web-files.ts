import type { Middleware } from 'koa'
import sirv from 'sirv'

/**
 * The compiled files of the web app. Those under /assets carry a hash of their content in their name, so browsers
 * may keep them for ever.
 */
export function webFiles(webRoot: string): Middleware {
  const serve = sirv(webRoot, {
    gzip: true,
    brotli: true,
    setHeaders: (res, path) => {
      res.setHeader('Cache-Control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  return (ctx, next) =>
    new Promise((resolve, reject) => {
      // The hosted page is for another origin: here every page is rendered with its context.
      if (ctx.path.endsWith('.html')) return next().then(resolve, reject)
      ctx.respond = false
      ctx.res.once('close', () => resolve(undefined))
      ctx.res.statusCode = 200
      serve(ctx.req, ctx.res, () => {
        ctx.respond = true
        ctx.res.statusCode = 404
        next().then(resolve, reject)
      })
    })
}
