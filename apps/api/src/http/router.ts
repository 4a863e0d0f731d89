import cors from '@koa/cors'
import Router from '@koa/router'
import { routes } from '@pollcast/shared/routes'
import Koa, { type Middleware } from 'koa'
import type { TrustProxy } from '../lib/trust-proxy.ts'
import type { Audiences } from '../live/audiences.ts'
import type { PollChanged, Signal } from '../polls/events.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'
import { changePollRoute, deletePollRoute } from './host-routes.ts'
import { refuseCrossSite } from './middleware/cross-site.ts'
import { readQuery } from './middleware/query.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { pageRoutes } from './page-route.ts'
import { newPollRoute, pollListRoute, pollRoute } from './polls-route.ts'
import { problems } from './problem.ts'
import { problemPages } from './problem-page.ts'
import { Proxies } from './proxies.ts'
import type { RateLimits } from './rate-limit.ts'
import { extendRequest } from './request.ts'
import { streamRoute, streamsRoute } from './stream-route.ts'
import { voteRoute } from './vote-route.ts'
import type { Voters } from './voter.ts'
import type { WebEntry } from './web-shell.ts'

export interface HttpParts {
  reader: PollReader
  writer: PollWriter
  pollChanged: Signal<PollChanged>
  audiences: Audiences
  /** Undefined where nothing is limited. */
  limits: RateLimits | undefined
  voters: Voters
  /** A secret of the installation's, the same in each of its processes. */
  serverKey: string
  allowedOrigins: readonly string[]
  /** The origin that people open, where it is not the one that this server is asked by. */
  publicOrigin: string | undefined
  trustProxy: TrustProxy
  entry: WebEntry | undefined
  /** Serves the compiled files; undefined where there are none. */
  files: Middleware | undefined
  onError: (error: unknown) => void
}

/** What a connection fails with when its client has left: a closed tab, and no news. */
const LEFT = ['ECONNRESET', 'EPIPE']

/** Every address that Pollcast answers, and what stands before them. */
export function createKoa(parts: HttpParts): Koa {
  const { reader, writer, voters, pollChanged, audiences, limits, allowedOrigins, onError } = parts
  const koa = new Koa()
  extendRequest(koa, new Proxies(parts.trustProxy, parts.publicOrigin))
  koa.on('error', (error: NodeJS.ErrnoException) => {
    // What a client sent that could not be parsed has been counted: its bytes, which the error has, are not for the log.
    if (!LEFT.includes(error.code ?? '') && !error.code?.startsWith('HPE_')) onError(error)
  })
  koa.use(securityHeaders())
  if (allowedOrigins.length > 0) koa.use(corsFor(allowedOrigins))
  koa.use(problemPages(parts.entry?.styles ?? []))
  koa.use(problems(onError))
  koa.use(readQuery)
  koa.use(refuseCrossSite(parts.publicOrigin ? [parts.publicOrigin, ...allowedOrigins] : allowedOrigins))

  const router = new Router()
  router.post(routes.votes(':id'), voteRoute({ store: writer, voters, pollChanged, limits }))
  router.get(routes.stream(':id'), streamRoute(audiences))
  router.get(routes.streams, streamsRoute(audiences))
  router.get(routes.polls, pollListRoute(reader, voters))
  router.post(routes.polls, newPollRoute({ store: writer, voters, pollChanged, limits, serverKey: parts.serverKey }))
  router.get(routes.poll(':id'), pollRoute(reader, voters))
  router.patch(routes.poll(':id'), changePollRoute({ reader, writer, voters, pollChanged }))
  router.delete(routes.poll(':id'), deletePollRoute({ writer, pollChanged }))

  const pages = pageRoutes({ store: reader, voters, entry: parts.entry })
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
