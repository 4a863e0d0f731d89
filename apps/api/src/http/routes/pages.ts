import type { PageContext } from '@pollcast/shared/context'
import { limits as sizes } from '@pollcast/shared/limits'
import type { Poll, PollList } from '@pollcast/shared/poll'
import { problemStatus } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import type { CreatePolls } from '../../lib/create-polls.ts'
import { PollError } from '../../polls/errors.ts'
import { RequestError } from '../middleware/problem.ts'
import { allowFraming, setPagePolicy } from '../middleware/security-headers.ts'
import {
  adminFallback,
  deletedFallback,
  embedFallback,
  listFallback,
  newPollFallback,
  notFoundFallback,
  nothingOnFallback,
  pollFallback,
  privacyFallback,
} from '../pages/fallback.ts'
import { previewTags } from '../pages/preview-tags.ts'
import { devEntry, renderShell, type WebEntry } from '../pages/web-shell.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { pollIdOf, roomCodeOf } from '../request/addresses.ts'
import { identify } from '../request/identify.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { anybody, type Viewer, viewerOf } from '../request/viewer.ts'
import { OWES_PROOF } from '../request/voter.ts'
import { pollFor, pollListFor } from './polls.ts'
import { roomFor } from './rooms.ts'

type Content = Omit<PageContext, 'apiUrl' | 'publicUrl'>

/** The share of pages that report how fresh they are. */
const SAMPLE = 0.1

/** The poll that the front page has one try, unless it was deleted: then the newest that is listed and open. */
const DEMO_POLL = 'tabspace'

const writePage = (
  ctx: Context,
  entry: WebEntry,
  title: string,
  context: PageContext,
  fallback: string,
  tags: string,
) => {
  setPagePolicy(ctx, entry === devEntry)
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.vary('Cookie')
  ctx.type = 'html'
  ctx.body = renderShell(entry, title, context, fallback, tags)
}

/** Of a new voter: their token in a frame, where the browser may keep no cookie, and what they have to solve before they vote. */
type Told = Pick<PageContext, 'voterToken' | 'challenge'>

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
  const { reader, voters, limits, publicUrl, basePath, entry, onFreshness } = parts
  const createPolls = toldOf(parts.createPolls)
  const page =
    (render: (ctx: Context, entry: WebEntry, visitor: Viewer) => Promise<void> | void, isEmbed = false): Middleware =>
    async (ctx) => {
      if (!entry) {
        throw new RequestError(
          'page-not-built',
          'The web app has not been built yet. Run "npm run build" and start again, or "npm run dev" to work on it.',
        )
      }
      const asker = voters.find(ctx)
      const { voterId, mark } = await identify(ctx, asker, parts)
      ctx.state.told = {
        ...(isEmbed && asker.voterId === undefined && { voterToken: voters.tokenOf(voterId, mark) }),
        ...(mark === OWES_PROOF && limits && { challenge: await limits.challengeFor(ctx) }),
      } satisfies Told
      await render(ctx, entry, viewerOf(ctx, asker))
      // Every page, because the app can open a poll from any of them without another page load.
      voters.remember(ctx, asker, voterId, mark)
      if (isEmbed) allowFraming(ctx)
    }

  const html = (ctx: Context, built: WebEntry, title: string, content: Content, fallback: string, tags = '') =>
    writePage(
      ctx,
      built,
      title,
      {
        apiUrl: basePath,
        ...(publicUrl && { publicUrl }),
        ...createPolls,
        ...sampled(),
        ...(ctx.state.told as Told),
        ...content,
      },
      fallback,
      tags,
    )

  /** One page in ten reports how fresh it is, if somebody measures. */
  const sampled = () => (onFreshness && Math.random() < SAMPLE ? { reportsFreshness: true as const } : {})

  const list = page(async (ctx, built, viewer) => {
    const pollList = await pollListFor({ limit: sizes.pageSize }, reader)
    const demo = await demoFor(viewer, pollList)
    const streamUrl = basePath + routes.streamOf(pollList.polls.map((poll) => poll.id))
    const content = { pollList, ...(demo && { demo }), ...(pollList.polls.length > 0 && { streamUrl }) }
    html(ctx, built, 'Pollcast', content, listFallback(pollList))
  })

  async function demoFor(viewer: Viewer, { polls }: PollList): Promise<Poll | undefined> {
    const newest = polls.find(({ status }) => status === 'open')?.id
    for (const id of [DEMO_POLL, newest]) {
      if (id === undefined) continue
      try {
        return await pollFor(viewer, id, parts)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    }
    return undefined
  }

  const poll = page(async (ctx, built, viewer) => {
    try {
      const found = await pollFor(viewer, pollIdOf(ctx), parts)
      const content = { poll: found, streamUrl: found.streamUrl }
      const tags = await previewTags(publicUrlOf(ctx, parts), routes.pollPage(found.id), { poll: found })
      html(ctx, built, `${found.question} · Pollcast`, content, pollFallback(found), tags)
    } catch (error) {
      gone(ctx, built, error)
    }
  })

  /**
   * The room as its audience sees it; or on the screen in front of them as everybody sees it, whoever's browser it is. The
   * host's page asks the API for more, with the key that only the browser has.
   */
  const roomPage = (title: string, isForAll = false) =>
    page(async (ctx, built, visitor) => {
      try {
        const viewer = isForAll ? anybody : visitor
        const find = async () => roomFor(viewer, roomCodeOf(ctx), publicUrlOf(ctx, parts), parts)
        const { room } = await limitedByCode(parts, ctx, find)
        const content = { room, streamUrl: room.streamUrl }
        const shown = room.poll ? pollFallback(room.poll) : nothingOnFallback
        const tags = await previewTags(publicUrlOf(ctx, parts), routes.roomPage(room.code), {
          poll: room.poll,
          room,
        })
        html(ctx, built, `${title || room.poll?.question || room.title || room.code} · Pollcast`, content, shown, tags)
      } catch (error) {
        gone(ctx, built, error)
      }
    })

  /** The same two for a frame on any site, and one in which people enter the code of a room. */
  const pollEmbed = page(async (ctx, built, visitor) => {
    try {
      const poll = await pollFor(visitor, pollIdOf(ctx), parts)
      const content = { poll, streamUrl: poll.streamUrl }
      html(ctx, built, `${poll.question} · Pollcast`, content, embedFallback(poll.question, routes.pollPage(poll.id)))
    } catch (error) {
      gone(ctx, built, error)
    }
  }, true)

  const roomEmbed = page(async (ctx, built, visitor) => {
    try {
      const find = async () => roomFor(visitor, roomCodeOf(ctx), publicUrlOf(ctx, parts), parts)
      const { room } = await limitedByCode(parts, ctx, find)
      const content = { room, streamUrl: room.streamUrl }
      const title = room.poll?.question || room.title || room.code
      html(ctx, built, `${title} · Pollcast`, content, embedFallback(title, routes.roomPage(room.code)))
    } catch (error) {
      gone(ctx, built, error)
    }
  }, true)

  const embed = page((ctx, built) => {
    html(ctx, built, 'Pollcast', {}, embedFallback('Pollcast', routes.listPage))
  }, true)

  const gone = (ctx: Context, built: WebEntry, error: unknown) => {
    if (!isGone(error)) throw error
    ctx.status = problemStatus[error.code]
    const isPoll = error.code.startsWith('poll')
    const fallback = error.code.endsWith('deleted')
      ? deletedFallback(isPoll ? 'poll' : 'room')
      : notFoundFallback(isPoll ? 'poll' : 'room')
    html(ctx, built, 'Pollcast', {}, fallback)
  }

  const newPoll = page((ctx, built) => html(ctx, built, 'New poll · Pollcast', {}, newPollFallback))

  const privacy = page((ctx, built) => {
    html(ctx, built, 'Privacy · Pollcast', { privacy: parts.privacy }, privacyFallback)
  })

  const admin = page((ctx, built) => html(ctx, built, 'Admin · Pollcast', {}, adminFallback))

  /** Any other path: the app shows that there is no such page. */
  const unknown = page((ctx, built) => {
    ctx.status = 404
    html(ctx, built, 'Pollcast', {}, notFoundFallback('page'))
  })

  const [room, screen, host] = [roomPage(''), roomPage('', true), roomPage('Host')]
  return { list, poll, room, screen, host, embed, pollEmbed, roomEmbed, newPoll, privacy, admin, unknown }
}
