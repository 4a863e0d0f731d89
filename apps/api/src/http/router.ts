import cors from '@koa/cors'
import Router from '@koa/router'
import { routes } from '@pollcast/shared/routes'
import Koa, { type Middleware } from 'koa'
import type { Audiences } from '../live/audiences.ts'
import type { PollStore } from '../polls/poll-store.ts'
import type { Signal, VoteCast } from '../polls/signals.ts'
import { pageRoutes } from './page-route.ts'
import { newPollRoute, pollListRoute, pollRoute } from './polls-route.ts'
import { problems } from './problem.ts'
import type { RateLimits } from './rate-limit.ts'
import { streamRoute, streamsRoute } from './stream-route.ts'
import { voteRoute } from './vote-route.ts'
import type { Voters } from './voter.ts'
import type { WebEntry } from './web-shell.ts'

export interface HttpParts {
  store: PollStore
  voteCast: Signal<VoteCast>
  audiences: Audiences
  /** Undefined where nothing is limited. */
  limits: RateLimits | undefined
  voters: Voters
  allowedOrigins: readonly string[]
  trustProxy: boolean
  entry: WebEntry | undefined
  /** Serves the compiled files; undefined where there are none. */
  files: Middleware | undefined
  onError: (error: unknown) => void
}

/** What a connection fails with when its client has left: a closed tab, and no news. */
const LEFT = ['ECONNRESET', 'EPIPE']

/** Every address that Pollcast answers, and what stands before them. */
export function createKoa(parts: HttpParts): Koa {
  const { store, voters, voteCast, audiences, limits, allowedOrigins, onError } = parts
  // The proxy appends the address it sees: what stands before that, anyone may have written there.
  const koa = new Koa({ proxy: parts.trustProxy, maxIpsCount: 1 })
  koa.on('error', (error: NodeJS.ErrnoException) => {
    // What a client sent that could not be parsed has been counted: its bytes, which the error has, are not for the log.
    if (!LEFT.includes(error.code ?? '') && !error.code?.startsWith('HPE_')) onError(error)
  })
  if (allowedOrigins.length > 0) koa.use(corsFor(allowedOrigins))
  koa.use(problems(onError))

  const router = new Router()
  router.post(routes.votes(':id'), voteRoute({ store, voters, voteCast, limits }))
  router.get(routes.stream(':id'), streamRoute(audiences))
  router.get(routes.streams, streamsRoute(audiences))
  router.get(routes.polls, pollListRoute(store))
  router.post(routes.polls, newPollRoute(store, limits))
  router.get(routes.poll(':id'), pollRoute(store, voters))

  const pages = pageRoutes({ store, voters, entry: parts.entry })
  router.get(routes.listPage, pages.list)
  router.get(routes.newPollPage, pages.newPoll)
  router.get(routes.pollPage(':id'), pages.poll)

  koa.use(router.routes())
  koa.use(router.allowedMethods())
  if (parts.files) koa.use(parts.files)
  koa.use((ctx, next) => {
    const wantsPage = (ctx.method === 'GET' || ctx.method === 'HEAD') && ctx.accepts('json', 'html') === 'html'
    return wantsPage && !ctx.path.startsWith('/api/') ? pages.unknown(ctx, next) : next()
  })
  return koa
}

/** Lets the pages of these origins use the API with the voter's cookie; all others get no word of permission. */
function corsFor(allowedOrigins: readonly string[]): Middleware {
  return cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin')
      return allowedOrigins.includes(origin) ? origin : ''
    },
    credentials: true,
    // A stream that comes back says what it was shown last, for which a browser asks leave first: once a day will do.
    maxAge: 86_400,
    exposeHeaders: ['Location', 'Retry-After', 'ETag'],
  })
}
