import type { PageContext } from '@pollcast/shared/context'
import { limits } from '@pollcast/shared/limits'
import { problemStatus } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import { PollError } from '../../polls/errors.ts'
import type { PollReader } from '../../polls/ports.ts'
import { RequestError } from '../middleware/problem.ts'
import { setPagePolicy } from '../middleware/security-headers.ts'
import { deletedFallback, listFallback, newPollFallback, notFoundFallback, pollFallback } from '../pages/fallback.ts'
import { devEntry, renderShell, type WebEntry } from '../pages/web-shell.ts'
import { pollIdOf } from '../request/poll-id.ts'
import type { Voters } from '../request/voter.ts'
import { pollFor, pollListFor } from './polls.ts'

const html = (ctx: Context, entry: WebEntry, title: string, context: PageContext, fallback: string) => {
  setPagePolicy(ctx, entry === devEntry)
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.vary('Cookie')
  ctx.type = 'html'
  ctx.body = renderShell(entry, title, context, fallback)
}

interface PageParts {
  store: PollReader
  voters: Voters
  /** Undefined if the web app has not been built. */
  entry: WebEntry | undefined
}

/** The pages of the web app. Each has in its context the data that it shows first. */
export function pageRoutes({ store, voters, entry }: PageParts) {
  const page =
    (render: (ctx: Context, entry: WebEntry, voterId: string | undefined) => Promise<void> | void): Middleware =>
    async (ctx) => {
      if (!entry) {
        throw new RequestError(
          'page-not-built',
          'The web app has not been built yet. Run "npm run build" and start again, or "npm run dev" to work on it.',
        )
      }
      const asker = voters.find(ctx)
      await render(ctx, entry, asker.voterId)
      // Every page, because the app can open a poll from any of them without another page load.
      voters.identify(ctx, asker)
    }

  const list = page(async (ctx, built) => {
    const pollList = await pollListFor({ limit: limits.pageSize }, store)
    const streamUrl = routes.streamOf(pollList.polls.map((poll) => poll.id))
    const context = pollList.polls.length > 0 ? { apiUrl: '', pollList, streamUrl } : { apiUrl: '', pollList }
    html(ctx, built, 'Pollcast', context, listFallback(pollList))
  })

  const poll = page(async (ctx, built, voterId) => {
    try {
      const found = await pollFor(voterId, pollIdOf(ctx), store)
      const context = { apiUrl: '', poll: found, streamUrl: found.streamUrl }
      html(ctx, built, `${found.question} · Pollcast`, context, pollFallback(found))
    } catch (error) {
      const isGone = error instanceof PollError && (error.code === 'poll-not-found' || error.code === 'poll-deleted')
      if (!isGone) throw error
      ctx.status = problemStatus[error.code]
      const fallback = error.code === 'poll-deleted' ? deletedFallback : notFoundFallback('poll')
      html(ctx, built, 'Pollcast', { apiUrl: '' }, fallback)
    }
  })

  const newPoll = page((ctx, built) => html(ctx, built, 'New poll · Pollcast', { apiUrl: '' }, newPollFallback))

  /** Any other path: the app shows that there is no such page. */
  const unknown = page((ctx, built) => {
    ctx.status = 404
    html(ctx, built, 'Pollcast', { apiUrl: '' }, notFoundFallback('page'))
  })

  return { list, poll, newPoll, unknown }
}
