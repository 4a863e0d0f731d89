import type { Context, Middleware } from 'koa'
import { originOf } from '../request/origin.ts'

/** Polls, rooms, their streams and files, their frames by oEmbed, and what is said of the API. */
const OPEN = /^\/(api\/(polls|rooms|streams|openapi\.json)|oembed)(\/|$)/

const ANYONE = '*'

/**
 * Lets pages of any site read what anyone can read who has the link: without cookies, so that they see what a stranger sees, and
 * without a host's key or a voter's code, as no header is allowed that has one.
 *
 * To be called behind what lets pages of ALLOWED_ORIGINS do more.
 */
export const openReads: Middleware = (ctx, next) => {
  const isPreflight = ctx.method === 'OPTIONS'
  const method = isPreflight ? ctx.get('Access-Control-Request-Method') : ctx.method
  if ((method !== 'GET' && method !== 'HEAD') || !OPEN.test(ctx.path)) return next()
  if (ctx.res.hasHeader('Access-Control-Allow-Origin')) return next()
  ctx.set('Access-Control-Allow-Origin', ANYONE)
  if (!isPreflight) {
    ctx.set('Access-Control-Expose-Headers', 'ETag,Retry-After,Content-Disposition')
    return next()
  }
  ctx.set('Access-Control-Allow-Methods', 'GET,HEAD')
  ctx.set('Access-Control-Allow-Headers', 'If-None-Match,Last-Event-ID')
  ctx.set('Access-Control-Max-Age', '86400')
  ctx.status = 204
}

/** Whether a page of another site reads, without cookies. A browser keeps none that come with the answer. */
export const isReadByAnyone = (ctx: Context): boolean =>
  ctx.headers.origin !== undefined &&
  ctx.res.getHeader('Access-Control-Allow-Origin') === ANYONE &&
  ctx.headers.origin !== originOf(ctx)
