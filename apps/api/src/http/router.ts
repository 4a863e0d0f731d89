import cors from '@koa/cors'
import Router from '@koa/router'
import { routes } from '@pollcast/shared/routes'
import Koa, { type Middleware } from 'koa'
import type { Audiences } from '../live/audiences.ts'
import type { PollChanged, Signal } from '../polls/events.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'
import { type Answered, tellAnswered } from './middleware/answered.ts'
import { refuseCrossSite } from './middleware/cross-site.ts'
import { redirectPollAddress } from './middleware/poll-address.ts'
import { problems } from './middleware/problem.ts'
import { readQuery } from './middleware/query.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { problemPages } from './pages/problem-page.ts'
import type { WebEntry } from './pages/web-shell.ts'
import { extendRequest } from './request/koa-request.ts'
import type { Proxies } from './request/proxies.ts'
import type { RateLimits } from './request/rate-limit.ts'
import type { Voters } from './request/voter.ts'
import { exportRoutes } from './routes/exports.ts'
import { type Health, healthRoute, readyRoute } from './routes/health.ts'
import { changePollRoute, deletePollRoute } from './routes/host.ts'
import { pageRoutes } from './routes/pages.ts'
import { newPollRoute, pollListRoute, pollRoute } from './routes/polls.ts'
import { streamRoute, streamsRoute } from './routes/streams.ts'
import { voteRoute } from './routes/votes.ts'

export interface HttpParts {
  reader: PollReader
  writer: PollWriter
  pollChanged: Signal<PollChanged>
  audiences: Audiences
  /** Undefined if nothing is limited. */
  limits: RateLimits | undefined
  voters: Voters
  /** A secret of the installation, the same in all of its processes. */
  serverKey: string
  allowedOrigins: readonly string[]
  /** PUBLIC_URL's origin, if it is set: the one that people open. */
  publicOrigin: string | undefined
  proxies: Proxies
  entry: WebEntry | undefined
  /** Serves the compiled files; undefined if there are none. */
  files: Middleware | undefined
  health: Health
  /** Are told of each answered request. Without any, requests cost nothing more. */
  onAnswered: readonly ((answered: Answered) => void)[]
  onError: (error: unknown) => void
}

/** Errors of a connection whose client has left. They are not logged: tabs are closed all the time. */
const CLIENT_LEFT = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

/** All routes, and the middleware before them. */
export function createKoa(parts: HttpParts): Koa {
  const { reader, writer, voters, pollChanged, audiences, limits, allowedOrigins, publicOrigin, onError } = parts
  const koa = new Koa()
  extendRequest(koa, parts.proxies)
  koa.on('error', (error: NodeJS.ErrnoException) => {
    // Parse errors have been counted. They have the bytes that the client sent in them, which must not be logged.
    if (!CLIENT_LEFT.includes(error.code ?? '') && !error.code?.startsWith('HPE_')) onError(error)
  })
  if (parts.onAnswered.length > 0) koa.use(tellAnswered(parts.onAnswered))
  koa.use(securityHeaders())
  if (allowedOrigins.length > 0) koa.use(corsFor(allowedOrigins))
  koa.use(problemPages(parts.entry?.styles ?? []))
  koa.use(problems(onError))
  koa.use(readQuery)
  koa.use(refuseCrossSite(publicOrigin ? [publicOrigin, ...allowedOrigins] : allowedOrigins))

  const router = new Router()
  router.get(routes.health, healthRoute(parts.health))
  router.get(routes.ready, readyRoute(parts.health))
  router.post(routes.votes(':id'), voteRoute({ store: writer, voters, pollChanged, limits }))
  router.get(routes.stream(':id'), streamRoute(audiences))
  router.get(routes.streams, streamsRoute(audiences))
  router.get(routes.polls, pollListRoute(reader, voters))
  const { serverKey } = parts
  router.post(routes.polls, newPollRoute({ store: writer, voters, pollChanged, limits, serverKey, publicOrigin }))
  router.get(routes.poll(':id'), pollRoute(reader, voters))
  router.patch(routes.poll(':id'), changePollRoute({ reader, writer, voters, pollChanged, limits }))
  router.delete(routes.poll(':id'), deletePollRoute({ reader, writer, pollChanged, limits }))

  const exports = exportRoutes({ reader, limits, serverKey })
  router.get(routes.resultsCsv(':id'), exports.resultsCsv)
  router.get(routes.resultsJson(':id'), exports.resultsJson)
  router.get(routes.ballotsCsv(':id'), exports.ballotsCsv)

  const pages = pageRoutes({ store: reader, voters, entry: parts.entry })
  router.get(routes.listPage, pages.list)
  router.get(routes.newPollPage, pages.newPoll)
  router.get(routes.pollPage(':id'), pages.poll)

  koa.use(redirectPollAddress)
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  if (parts.files) koa.use(parts.files)
  koa.use((ctx, next) => {
    const wantsPage = (ctx.method === 'GET' || ctx.method === 'HEAD') && ctx.accepts('json', 'html') === 'html'
    return wantsPage && !ctx.path.startsWith('/api/') ? pages.unknown(ctx, next) : next()
  })
  return koa
}

/** Lets pages of these origins use the API with the voter's cookie. Other origins get no CORS headers. */
function corsFor(allowedOrigins: readonly string[]): Middleware {
  return cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin')
      return allowedOrigins.includes(origin) ? origin : ''
    },
    credentials: true,
    // A stream that reconnects sends Last-Event-ID, which takes a preflight request: one a day is enough.
    maxAge: 86_400,
    exposeHeaders: ['Location', 'Retry-After', 'ETag'],
  })
}
