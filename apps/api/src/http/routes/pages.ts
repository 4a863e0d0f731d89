import type { PageContext } from '@pollcast/shared/context'
import { limits } from '@pollcast/shared/limits'
import { problemStatus } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import type { CreatePolls } from '../../config/config.ts'
import { PollError } from '../../polls/errors.ts'
import { RequestError } from '../middleware/problem.ts'
import { setPagePolicy } from '../middleware/security-headers.ts'
import {
  deletedFallback,
  listFallback,
  newPollFallback,
  notFoundFallback,
  nothingOnFallback,
  pollFallback,
} from '../pages/fallback.ts'
import { devEntry, renderShell, type WebEntry } from '../pages/web-shell.ts'
import { publicOriginOf, type RouteParts } from '../parts.ts'
import { pollIdOf, roomCodeOf } from '../request/addresses.ts'
import { identify } from '../request/identify.ts'
import { type Viewer, viewerOf } from '../request/viewer.ts'
import { pollFor, pollListFor } from './polls.ts'
import { roomFor } from './rooms.ts'

const writePage = (ctx: Context, entry: WebEntry, title: string, context: PageContext, fallback: string) => {
  setPagePolicy(ctx, entry === devEntry)
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.vary('Cookie')
  ctx.type = 'html'
  ctx.body = renderShell(entry, title, context, fallback)
}

interface PageParts extends RouteParts {
  /** Undefined if the web app has not been built. */
  entry: WebEntry | undefined
}

/** What pages are told of who may make polls. */
function toldOf(createPolls: CreatePolls): Pick<PageContext, 'createPolls'> {
  if (createPolls === 'anyone') return {}
  return { createPolls: createPolls === 'nobody' ? 'nobody' : 'key' }
}

/** What a page is answered with that shows something that is not there. */
const GONE = ['poll-not-found', 'poll-deleted', 'room-not-found', 'room-deleted'] as const

const isGone = (error: unknown): error is PollError & { code: (typeof GONE)[number] } =>
  error instanceof PollError && GONE.some((code) => code === error.code)

/** The pages of the web app. Each has in its context the data that it shows first. */
export function pageRoutes(parts: PageParts) {
  const { reader, voters, limits: rateLimits, entry } = parts
  const createPolls = toldOf(parts.createPolls)
  /** Of every page, because the app can open the page for a new poll from any of them. */
  const html = (ctx: Context, built: WebEntry, title: string, context: PageContext, fallback: string) =>
    writePage(ctx, built, title, { ...context, ...createPolls }, fallback)
  const page =
    (render: (ctx: Context, entry: WebEntry, viewer: Viewer) => Promise<void> | void): Middleware =>
    async (ctx) => {
      if (!entry) {
        throw new RequestError(
          'page-not-built',
          'The web app has not been built yet. Run "npm run build" and start again, or "npm run dev" to work on it.',
        )
      }
      const asker = voters.find(ctx)
      await render(ctx, entry, viewerOf(ctx, asker))
      // Every page, because the app can open a poll from any of them without another page load.
      await identify(ctx, asker, parts)
    }

  const list = page(async (ctx, built) => {
    const pollList = await pollListFor({ limit: limits.pageSize }, reader)
    const streamUrl = routes.streamOf(pollList.polls.map((poll) => poll.id))
    const context = pollList.polls.length > 0 ? { apiUrl: '', pollList, streamUrl } : { apiUrl: '', pollList }
    html(ctx, built, 'Pollcast', context, listFallback(pollList))
  })

  const poll = page(async (ctx, built, viewer) => {
    try {
      const found = await pollFor(viewer, pollIdOf(ctx), parts)
      const context = { apiUrl: '', poll: found, streamUrl: found.streamUrl }
      html(ctx, built, `${found.question} · Pollcast`, context, pollFallback(found))
    } catch (error) {
      gone(ctx, built, error)
    }
  })

  /** The room as its audience sees it. The host's page asks the API for more, with the key that only the browser has. */
  const roomPage = (title: string) =>
    page(async (ctx, built, viewer) => {
      try {
        const find = async () => roomFor(viewer, roomCodeOf(ctx), publicOriginOf(ctx, parts), parts)
        const { room } = await (rateLimits ? rateLimits.withCode(ctx, find) : find())
        const context = { apiUrl: '', room, streamUrl: room.streamUrl }
        const shown = room.poll ? pollFallback(room.poll) : nothingOnFallback
        html(ctx, built, `${title || room.poll?.question || room.title || room.code} · Pollcast`, context, shown)
      } catch (error) {
        gone(ctx, built, error)
      }
    })

  const gone = (ctx: Context, built: WebEntry, error: unknown) => {
    if (!isGone(error)) throw error
    ctx.status = problemStatus[error.code]
    const isPoll = error.code.startsWith('poll')
    const fallback = error.code.endsWith('deleted')
      ? deletedFallback(isPoll ? 'poll' : 'room')
      : notFoundFallback(isPoll ? 'poll' : 'room')
    html(ctx, built, 'Pollcast', { apiUrl: '' }, fallback)
  }

  const newPoll = page((ctx, built) => html(ctx, built, 'New poll · Pollcast', { apiUrl: '' }, newPollFallback))

  /** Any other path: the app shows that there is no such page. */
  const unknown = page((ctx, built) => {
    ctx.status = 404
    html(ctx, built, 'Pollcast', { apiUrl: '' }, notFoundFallback('page'))
  })

  const [room, screen, host] = [roomPage(''), roomPage(''), roomPage('Host')]
  return { list, poll, room, screen, host, newPoll, unknown }
}
