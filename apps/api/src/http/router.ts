import cors from '@koa/cors'
import Router from '@koa/router'
import { routes } from '@pollcast/shared/routes'
import Koa, { type Context, type Middleware } from 'koa'
import { type Answered, tellAnswered } from './middleware/answered.ts'
import { underBasePath } from './middleware/base-path.ts'
import { refuseCrossSite } from './middleware/cross-site.ts'
import { openReads } from './middleware/open-reads.ts'
import { redirectPageAddress } from './middleware/page-address.ts'
import { problems } from './middleware/problem.ts'
import { readQuery } from './middleware/query.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { openApiRoute } from './openapi/route.ts'
import { problemPages } from './pages/problem-page.ts'
import type { WebEntry } from './pages/web-shell.ts'
import type { RouteParts } from './parts.ts'
import { extendRequest } from './request/koa-request.ts'
import type { Proxies } from './request/proxies.ts'
import { knownVoter } from './request/voter.ts'
import { type AdminParts, adminRoutes } from './routes/admin.ts'
import { chartRoutes } from './routes/charts.ts'
import { docsRoute } from './routes/docs.ts'
import { exportRoutes } from './routes/exports.ts'
import { freshnessRoute } from './routes/freshness.ts'
import { type Health, healthRoute, readyRoute } from './routes/health.ts'
import { hostRoutes } from './routes/host.ts'
import { oembedRoute } from './routes/oembed.ts'
import { officeManifestRoute } from './routes/office-manifest.ts'
import { pageRoutes } from './routes/pages.ts'
import { newPollRoute, pollListRoute, pollRoute } from './routes/polls.ts'
import { roomExportRoutes } from './routes/room-exports.ts'
import { roomRoutes } from './routes/rooms.ts'
import { seenRoute } from './routes/seen.ts'
import { streamRoutes } from './routes/streams.ts'
import { voteRoute } from './routes/votes.ts'

export interface HttpParts extends RouteParts {
  allowedOrigins: readonly string[]
  proxies: Proxies
  entry: WebEntry | undefined
  /** Serves the compiled files; undefined if there are none. */
  files: Middleware | undefined
  health: Health
  /** Undefined where there is no ADMIN_KEY: then nothing is at its addresses. */
  admin: AdminParts | undefined
  /** Are told of each answered request. Without any, requests cost nothing more. */
  onAnswered: readonly ((answered: Answered) => void)[]
  onError: (error: unknown) => void
}

/** Errors of a connection whose client has left. They are not logged: tabs are closed all the time. */
const CLIENT_LEFT = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

const isRead = ({ method }: Context): boolean => method === 'GET' || method === 'HEAD'

/** All routes, and the middleware before them. */
export function createKoa(parts: HttpParts): Koa {
  const { voters, limits, allowedOrigins, publicUrl, basePath, onError } = parts
  const koa = new Koa()
  extendRequest(koa, parts.proxies)
  koa.on('error', (error: NodeJS.ErrnoException) => {
    // Parse errors have been counted. They have the bytes that the client sent in them, which must not be logged.
    if (!CLIENT_LEFT.includes(error.code ?? '') && !error.code?.startsWith('HPE_')) onError(error)
  })
  if (basePath) koa.use(underBasePath(basePath))
  if (parts.onAnswered.length > 0) koa.use(tellAnswered(parts.onAnswered))
  koa.use(securityHeaders())
  if (allowedOrigins.length > 0) koa.use(corsFor(allowedOrigins))
  koa.use(openReads)
  koa.use(problemPages(parts.entry?.styles ?? [], parts.theme, parts.languages))
  koa.use(problems(onError))
  koa.use(readQuery)
  koa.use(refuseCrossSite(publicUrl ? [new URL(publicUrl).origin, ...allowedOrigins] : allowedOrigins))

  const router = new Router()
  router.get(routes.health, healthRoute(parts.health))
  router.get(routes.ready, readyRoute(parts.health))

  const vote = voteRoute(parts)
  router.post(routes.votes(':id'), vote)
  router.delete(routes.votes(':id'), vote)

  const streams = streamRoutes(parts)
  router.get(routes.stream(':id'), streams.poll)
  router.get(routes.roomStream(':code'), streams.room)
  router.get(routes.streams, streams.several)

  // All that follows reads, or is limited by its route.
  const limitReads: Middleware = async (ctx, next) => {
    if (limits && isRead(ctx)) await limits.readFrom(ctx, knownVoter(voters.find(ctx)))
    return next()
  }
  router.use(limitReads)

  router.get(routes.polls, pollListRoute(parts))
  router.post(routes.polls, newPollRoute(parts))
  router.get(routes.poll(':id'), pollRoute(parts))

  const host = hostRoutes(parts)
  router.patch(routes.poll(':id'), host.change)
  router.delete(routes.poll(':id'), host.remove)
  router.post(routes.rounds(':id'), host.addRound)
  router.post(routes.copies(':id'), host.copy)
  router.patch(routes.burst(':id', ':number'), host.changeBurst)

  const rooms = roomRoutes(parts)
  router.post(routes.rooms, rooms.create)
  router.get(routes.room(':code'), rooms.read)
  router.patch(routes.room(':code'), rooms.change)
  router.delete(routes.room(':code'), rooms.remove)
  router.post(routes.roomKey(':code'), rooms.replaceKey)
  router.post(routes.roomCodes(':code'), rooms.addCodes)
  router.get(routes.roomCodes(':code'), rooms.countCodes)

  const exports = exportRoutes(parts)
  const charts = chartRoutes(parts)
  const roomExports = roomExportRoutes(parts)
  router.get(routes.resultsCsv(':id'), exports.resultsCsv)
  router.get(routes.resultsJson(':id'), exports.resultsJson)
  router.get(routes.chartSvg(':id'), charts.svg)
  router.get(routes.chartPng(':id'), charts.png)
  router.get(routes.rounds(':id'), exports.rounds)
  router.get(routes.ballotsCsv(':id'), exports.ballotsCsv)
  router.get(routes.roomResultsCsv(':code'), roomExports.resultsCsv)
  router.get(routes.roomResultsJson(':code'), roomExports.resultsJson)
  router.get(routes.roomBallotsCsv(':code'), roomExports.ballotsCsv)

  router.post(routes.freshness, freshnessRoute(parts))
  router.get(routes.seen, seenRoute(parts))
  router.get(routes.openapi, openApiRoute(basePath))

  const pages = pageRoutes(parts)
  router.get(routes.privacy, (ctx) => {
    ctx.body = parts.privacy
  })
  router.get(routes.privacyPage, pages.privacy)
  if (parts.admin) {
    const admin = adminRoutes({ ...parts, admin: parts.admin })
    router.get(routes.admin, admin.status)
    router.get(routes.adminRooms, admin.rooms)
    router.patch(routes.adminRoom(':code'), admin.change)
    router.delete(routes.adminRoom(':code'), admin.remove)
    router.post(routes.adminRoomKey(':code'), admin.replaceKey)
    router.post(routes.adminBlocks, admin.block)
    router.get(routes.adminPage, pages.admin)
  }
  router.get(routes.listPage, pages.list)
  router.get(routes.newPollPage, pages.newPoll)
  router.get(routes.pollPage(':id'), pages.poll)
  router.get(routes.roomPage(':code'), pages.room)
  router.get(routes.screenPage(':code'), pages.screen)
  router.get(routes.hostPage(':code'), pages.host)
  router.get(routes.embedPage, pages.embed)
  router.get(routes.pollEmbed(':id'), pages.pollEmbed)
  router.get(routes.roomEmbed(':code'), pages.roomEmbed)
  router.get(routes.oembed, oembedRoute(parts))
  router.get(routes.docsPage, docsRoute(parts))
  router.get(routes.officeManifest, officeManifestRoute(parts))

  koa.use(redirectPageAddress)
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  if (parts.files) koa.use(parts.files)
  koa.use((ctx, next) => {
    const wantsPage = isRead(ctx) && ctx.accepts('json', 'html') === 'html'
    // The router's limit is for what it has a route for.
    return wantsPage && !ctx.path.startsWith('/api/') ? limitReads(ctx, () => pages.unknown(ctx, next)) : next()
  })
  return koa
}

/** Lets pages of these origins use the API with the voter's cookie. */
function corsFor(allowedOrigins: readonly string[]): Middleware {
  return cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin')
      return allowedOrigins.includes(origin) ? origin : ''
    },
    credentials: true,
    // A stream that reconnects sends Last-Event-ID, which takes a preflight request: one a day is enough.
    maxAge: 86_400,
    exposeHeaders: ['Location', 'Retry-After', 'ETag', 'Pollcast-Voter'],
  })
}
