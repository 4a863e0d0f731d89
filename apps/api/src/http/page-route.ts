import type { PageContext } from '@pollcast/shared/context'
import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import { PollError } from '../polls/errors.ts'
import type { PollStore } from '../polls/poll-store.ts'
import { listFallback, newPollFallback, notFoundFallback, pollFallback } from './fallback.ts'
import { pollIdOf } from './poll-id.ts'
import { pollFor } from './polls-route.ts'
import { RequestError } from './problem.ts'
import { newVoterId, type Voters } from './voter.ts'
import { devEntry, renderShell, type WebEntry } from './web-shell.ts'

/** The page may load what this server serves and nothing else. Vite's dev server injects styles, so not there. */
const POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"

const html = (ctx: Context, entry: WebEntry, title: string, context: PageContext, fallback: string) => {
  if (entry !== devEntry) ctx.set('Content-Security-Policy', POLICY)
  ctx.set('Cache-Control', 'private, no-cache')
  ctx.set('X-Content-Type-Options', 'nosniff')
  ctx.vary('Cookie')
  ctx.type = 'html'
  ctx.body = renderShell(entry, title, context, fallback)
}

interface PageParts {
  store: PollStore
  voters: Voters
  /** Undefined where the web app has not been built. */
  entry: WebEntry | undefined
}

/** The pages of the web app. Each finds in its context what it shows first. */
export function pageRoutes({ store, voters, entry }: PageParts) {
  const page =
    (render: (ctx: Context, entry: WebEntry) => Promise<void> | void): Middleware =>
    async (ctx) => {
      if (!entry) {
        throw new RequestError(
          'page-not-built',
          'The web app has not been built yet. Run "npm run build" and start again, or "npm run dev" to work on it.',
        )
      }
      await render(ctx, entry)
    }

  const list = page(async (ctx, built) => {
    const pollList = await store.list({ limit: limits.pageSize })
    const streamUrl = routes.streamOf(pollList.polls.map((poll) => poll.id))
    const context = pollList.polls.length > 0 ? { apiUrl: '', pollList, streamUrl } : { apiUrl: '', pollList }
    html(ctx, built, 'Pollcast', context, listFallback(pollList))
  })

  const poll = page(async (ctx, built) => {
    try {
      const known = voters.known(ctx)
      const found = await pollFor(known, pollIdOf(ctx), store)
      // Who they are they learn with the page, so that a vote whose answer got lost, cast again, is still one voter's.
      if (!known) voters.remember(ctx, newVoterId())
      const context = { apiUrl: '', poll: found, streamUrl: found.streamUrl }
      html(ctx, built, `${found.question} · Pollcast`, context, pollFallback(found))
    } catch (error) {
      if (!(error instanceof PollError) || error.code !== 'poll-not-found') throw error
      ctx.status = 404
      html(ctx, built, 'Pollcast', { apiUrl: '' }, notFoundFallback('poll'))
    }
  })

  const newPoll = page((ctx, built) => html(ctx, built, 'New poll · Pollcast', { apiUrl: '' }, newPollFallback))

  /** Any other address: the app says that there is nothing. */
  const unknown = page((ctx, built) => {
    ctx.status = 404
    html(ctx, built, 'Pollcast', { apiUrl: '' }, notFoundFallback('page'))
  })

  return { list, poll, newPoll, unknown }
}
