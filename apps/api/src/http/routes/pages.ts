import type { PageContext } from '@pollcast/shared/context'
import { limits as sizes } from '@pollcast/shared/limits'
import type { Poll, PollList } from '@pollcast/shared/poll'
import { type ProblemCode, problemStatus } from '@pollcast/shared/problem'
import type { Room } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import type { CreatePolls } from '../../lib/create-polls.ts'
import { PollError } from '../../polls/errors.ts'
import { type Picture, POLLCAST_THEME, type Theme } from '../../theme/theme.ts'
import { allowFraming, setPagePolicy } from '../middleware/security-headers.ts'
import {
  adminFallback,
  embedFallback,
  listFallback,
  type Missing,
  missingFallback,
  newPollFallback,
  nothingOnFallback,
  pollFallback,
  privacyFallback,
} from '../pages/fallback.ts'
import { previewTags } from '../pages/preview-tags.ts'
import { renderShell, type Shell, type WebEntry } from '../pages/web-shell.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { pollIdOf, roomCodeOf } from '../request/addresses.ts'
import { identify } from '../request/identify.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { anybody, type Viewer, viewerOf } from '../request/viewer.ts'
import { OWES_PROOF } from '../request/voter.ts'
import { pollFor, pollListFor } from './polls.ts'
import { roomFor } from './rooms.ts'

type Content = Omit<PageContext, 'apiUrl' | 'publicUrl' | 'site'>

/** The share of pages that report how fresh they are. */
const SAMPLE = 0.1

/** The poll that the front page has one try, unless it was deleted: then the newest that is listed and open. */
const DEMO_POLL = 'tabspace'

/** What is known of a page before its content is. */
interface Frame extends Pick<Shell, 'page' | 'texts' | 'theme'> {
  entry: WebEntry
}

function writePage(ctx: Context, entry: WebEntry, shell: Shell): void {
  setPagePolicy(ctx, entry.isDev)
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.vary('Cookie')
  ctx.type = 'html'
  ctx.body = renderShell(entry, shell)
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

/** What the header shows instead of Pollcast's mark and name. */
function siteOf({ name, logo }: Theme, basePath: string): Pick<PageContext, 'site'> {
  const pictureOf = ({ address, ...size }: Picture) => ({ address: basePath + address, ...size })
  if (!logo) return name === POLLCAST_THEME.name ? {} : { site: { name } }
  const { light, dark } = logo
  return { site: { name, logo: { light: pictureOf(light), ...(dark && { dark: pictureOf(dark) }) } } }
}

/** What a page is answered with that shows something that is not there. */
const MISSING = {
  'poll-not-found': 'poll',
  'poll-deleted': 'deletedPoll',
  'room-not-found': 'room',
  'room-deleted': 'deletedRoom',
} as const satisfies Partial<Record<ProblemCode, Missing>>

const isGone = (error: unknown): error is PollError & { code: keyof typeof MISSING } =>
  error instanceof PollError && Object.hasOwn(MISSING, error.code)

const titleOf = ({ poll, title, code }: Pick<Room, 'poll' | 'title' | 'code'>): string =>
  poll?.question || title || code

/** The pages of the web app. Each has in its context the data that it shows first. */
export function pageRoutes(parts: PageParts) {
  const { reader, voters, limits, publicUrl, basePath, languages, entry, theme, onFreshness, eventIds } = parts
  const site = siteOf(theme, basePath)
  const createPolls = toldOf(parts.createPolls)
  /** @param name of the component in the web app's src/pages */
  const page =
    (
      name: string,
      render: (ctx: Context, frame: Frame, visitor: Viewer) => Promise<void> | void,
      isEmbed = false,
    ): Middleware =>
    async (ctx) => {
      if (!entry) {
        throw new PollError(
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
      const frame = { entry, page: name, texts: languages.for(ctx), theme }
      try {
        await render(ctx, frame, viewerOf(ctx, asker))
      } catch (error) {
        if (!isGone(error)) throw error
        ctx.status = problemStatus[error.code]
        html(ctx, frame, '', {}, missingFallback(MISSING[error.code], frame))
      }
      // Every page, because the app can open a poll from any of them without another page load.
      voters.remember(ctx, asker, voterId, mark)
      if (isEmbed) allowFraming(ctx)
    }

  /** @param of what the page is of; empty where its title is the site's name alone */
  const html = (ctx: Context, frame: Frame, of: string, content: Content, fallback: string, tags = '') => {
    const { entry, ...shell } = frame
    const context = {
      apiUrl: basePath,
      ...(publicUrl && { publicUrl }),
      ...createPolls,
      ...site,
      ...sampled(),
      ...(ctx.state.told as Told),
      ...content,
    }
    const title = of === '' ? theme.name : `${of} · ${theme.name}`
    writePage(ctx, entry, { ...shell, title, context, fallback, tags })
  }

  /** One page in ten reports how fresh it is, if somebody measures. */
  const sampled = () => (onFreshness && Math.random() < SAMPLE ? { reportsFreshness: true as const } : {})

  const list = page('FrontPage', async (ctx, frame, viewer) => {
    const pollList = await pollListFor({ limit: sizes.pageSize }, reader)
    const demo = await demoFor(viewer, pollList)
    const streamUrl = basePath + routes.streamOf(pollList.polls.map((poll) => poll.id))
    const content = { pollList, ...(demo && { demo }), ...(pollList.polls.length > 0 && { streamUrl }) }
    html(ctx, frame, '', content, listFallback(pollList, frame))
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

  const poll = page('PollPage', async (ctx, frame, viewer) => {
    const found = await pollFor(viewer, pollIdOf(ctx), parts)
    const content = { poll: found, streamUrl: found.streamUrl, eventId: eventIds.write(found) }
    const tags = await previewTags(publicUrlOf(ctx, parts), routes.pollPage(found.id), { poll: found }, frame)
    html(ctx, frame, found.question, content, pollFallback(found, frame, { isEarly: true }), tags)
  })

  /**
   * The room as its audience sees it; or on the screen in front of them as everybody sees it, whoever's browser it is. The
   * host's page asks the API for more, with the key that only the browser has.
   */
  const roomPage = (name: 'RoomPage' | 'ScreenPage' | 'HostPage', isForAll = false) =>
    page(name, async (ctx, frame, visitor) => {
      const viewer = isForAll ? anybody : visitor
      const find = async () => roomFor(viewer, roomCodeOf(ctx), publicUrlOf(ctx, parts), parts)
      const { room, id } = await limitedByCode(parts, ctx, find)
      const content = { room, streamUrl: room.streamUrl, eventId: id }
      const around = { roomTitle: room.title, isEarly: name === 'RoomPage' }
      const shown = room.poll ? pollFallback(room.poll, frame, around) : nothingOnFallback(frame)
      const told = { poll: room.poll, room }
      const tags = await previewTags(publicUrlOf(ctx, parts), routes.roomPage(room.code), told, frame)
      html(ctx, frame, titleOf(room), content, shown, tags)
    })

  /** The same two for a frame on any site, and one in which people enter the code of a room. */
  const pollEmbed = page(
    'PollEmbedPage',
    async (ctx, frame, visitor) => {
      const poll = await pollFor(visitor, pollIdOf(ctx), parts)
      const content = { poll, streamUrl: poll.streamUrl, eventId: eventIds.write(poll) }
      html(ctx, frame, poll.question, content, embedFallback(poll.question, routes.pollPage(poll.id), frame))
    },
    true,
  )

  const roomEmbed = page(
    'RoomEmbedPage',
    async (ctx, frame, visitor) => {
      const find = async () => roomFor(visitor, roomCodeOf(ctx), publicUrlOf(ctx, parts), parts)
      const { room, id } = await limitedByCode(parts, ctx, find)
      const content = { room, streamUrl: room.streamUrl, eventId: id }
      html(ctx, frame, titleOf(room), content, embedFallback(titleOf(room), routes.roomPage(room.code), frame))
    },
    true,
  )

  const embed = page(
    'EmbedPage',
    (ctx, frame) => {
      html(ctx, frame, '', {}, embedFallback(theme.name, routes.listPage, frame))
    },
    true,
  )

  const newPoll = page('NewPollPage', (ctx, frame) =>
    html(ctx, frame, frame.texts.t('app.ask'), {}, newPollFallback(frame)),
  )

  const privacy = page('PrivacyPage', (ctx, frame) => {
    html(ctx, frame, frame.texts.t('privacy.title'), { privacy: parts.privacy }, privacyFallback(parts.privacy, frame))
  })

  const admin = page('AdminPage', (ctx, frame) =>
    html(ctx, frame, frame.texts.t('admin.title'), {}, adminFallback(frame)),
  )

  /** Any other path: the app shows that there is no such page. */
  const unknown = page('NotFoundPage', (ctx, frame) => {
    ctx.status = 404
    html(ctx, frame, '', {}, missingFallback('page', frame))
  })

  const [room, screen, host] = [roomPage('RoomPage'), roomPage('ScreenPage', true), roomPage('HostPage')]
  return { list, poll, room, screen, host, embed, pollEmbed, roomEmbed, newPoll, privacy, admin, unknown }
}
