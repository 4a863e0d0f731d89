import type { Context } from 'koa'
import { waitForNewer } from '../../live/long-poll.ts'
import type { RouteParts } from '../parts.ts'
import { closeOf } from './close-signal.ts'
import { shownOf, topicsFor } from './topics.ts'

/** Milliseconds for which a request is held: less than proxies give an answer to begin. */
const HOLD_MS = 25_000

/**
 * Holds a request that names, in `?after=`, the id of what its client has seen last, until there is something newer to
 * answer it with: for clients that no stream gets through to. Resolves to false where there is nothing newer in time.
 * Without such an id, or with one that says nothing here, it is answered at once.
 */
export async function awaitNews(ctx: Context, subject: string, parts: RouteParts): Promise<boolean> {
  if (ctx.query.after === undefined) return true
  const { topics } = await topicsFor(ctx, [subject], parts)
  const [topic] = shownOf(ctx, topics, parts)
  if (topic?.shown === undefined) return true
  return waitForNewer(parts.audiences, topic, HOLD_MS, closeOf(ctx))
}
