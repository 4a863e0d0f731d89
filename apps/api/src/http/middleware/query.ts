import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import { parsePairs } from '../request/form-encoding.ts'

const MAX_TARGET_BYTES = 2048
const MAX_QUERY_BYTES = 1024
const MAX_PAIRS = 20

/**
 * Parses the query into `ctx.query` for all routes: a name that occurs once has a string, another one a list of strings.
 * Throws `uri-too-long`, or `invalid-query` for too many pairs and for invalid percent-encoded UTF-8.
 */
export const readQuery: Middleware = (ctx, next) => {
  // A link may fill in a whole poll (`/new?q=…&c=…`): the app reads that, and Node bounds it with the headers.
  if (ctx.path === routes.newPollPage) return next()
  if (ctx.url.length > MAX_TARGET_BYTES) {
    throw new PollError('uri-too-long', `The URL is longer than ${MAX_TARGET_BYTES} bytes.`)
  }
  const { querystring } = ctx
  if (querystring === '') return next()
  if (querystring.length > MAX_QUERY_BYTES) {
    throw new PollError('uri-too-long', `The query is longer than ${MAX_QUERY_BYTES} bytes.`)
  }
  ctx.state.query = Object.fromEntries(
    [...parsePairs(querystring, MAX_PAIRS, 'invalid-query')].map(([name, values]) => {
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
  return next()
}
