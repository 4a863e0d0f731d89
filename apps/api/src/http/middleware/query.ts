import type { Middleware } from 'koa'
import { parsePairs } from '../form-encoding.ts'
import { RequestError } from '../problem.ts'

const MAX_TARGET_BYTES = 2048
const MAX_QUERY_BYTES = 1024
const MAX_PAIRS = 20

/**
 * Reads the query into `ctx.query`, once, for every route: a name given once is a string, one given more often a list.
 * Throws `uri-too-long`, or `invalid-query` for too many pairs and for what is no percent-encoded UTF-8.
 */
export const readQuery: Middleware = (ctx, next) => {
  if (ctx.url.length > MAX_TARGET_BYTES) {
    throw new RequestError('uri-too-long', `The address may have ${MAX_TARGET_BYTES} bytes at most.`)
  }
  const { querystring } = ctx
  if (querystring === '') return next()
  if (querystring.length > MAX_QUERY_BYTES) {
    throw new RequestError('uri-too-long', `The query may have ${MAX_QUERY_BYTES} bytes at most.`)
  }
  ctx.state.query = Object.fromEntries(
    [...parsePairs(querystring, MAX_PAIRS, 'invalid-query')].map(([name, values]) => {
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
  return next()
}
