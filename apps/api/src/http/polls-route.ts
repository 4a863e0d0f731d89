import { type CreatedPoll, newPollSchema, type Poll, pollListQuerySchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Middleware } from 'koa'
import { createPoll } from '../polls/create-poll.ts'
import type { PollReader, PollStore, StoredPoll } from '../polls/poll-store.ts'
import { readJson, validate } from './body.ts'
import { idempotencyKeyOf, requireSecret } from './idempotency-key.ts'
import { pollIdOf } from './poll-id.ts'
import type { RateLimits } from './rate-limit.ts'
import type { Voters } from './voter.ts'

interface NewPollParts {
  store: Pick<PollStore, 'create'>
  voters: Voters
  limits: RateLimits | undefined
  /** A secret of the installation. */
  serverKey: string
}

/** A poll as one voter sees it. */
function presentPoll({ snapshot, ...poll }: StoredPoll, ownChoiceIds: number[]): Poll {
  const { pollId: id, ...numbers } = snapshot
  return { id, ...poll, ...numbers, ownChoiceIds, streamUrl: routes.stream(id) }
}

/** The poll with the voter's own ballot. */
export async function pollFor(voterId: string | undefined, pollId: string, store: PollReader): Promise<Poll> {
  const [poll, own] = await Promise.all([store.find(pollId), voterId ? store.ballot(pollId, voterId) : []])
  return presentPoll(poll, own)
}

/** `GET /api/polls` */
export function pollListRoute(store: PollReader, voters: Voters): Middleware {
  return async (ctx) => {
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie')
    ctx.body = await store.list(validate(pollListQuerySchema, ctx.query, 'invalid-query'))
    voters.identify(ctx, voters.find(ctx))
  }
}

/** `POST /api/polls`: 201, Location, the poll and the host's key; with an Idempotency-Key the same ones each time. */
export function newPollRoute({ store, voters, limits, serverKey }: NewPollParts): Middleware {
  return async (ctx) => {
    await limits?.pollFrom(ctx)
    const wanted = await readJson(ctx, newPollSchema)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined) requireSecret(key)
    const seed = key === undefined ? undefined : { serverKey, key, voterId: voters.find(ctx).voterId }
    const { poll, hostKey } = await createPoll(wanted, store, seed)
    const created: CreatedPoll = { poll: presentPoll(poll, []), hostKey }
    ctx.status = 201
    ctx.set('Location', routes.poll(created.poll.id))
    ctx.set('Cache-Control', 'no-store')
    ctx.body = created
  }
}

/** `GET /api/polls/:id`, with an ETag of what changes in it: the revision and the voter's ballot. */
export function pollRoute(store: PollReader, voters: Voters): Middleware {
  return async (ctx) => {
    const asker = voters.find(ctx)
    const poll = await pollFor(asker.voterId, pollIdOf(ctx), store)
    voters.identify(ctx, asker)
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie')
    ctx.status = 200
    ctx.etag = `W/"${poll.revision}-${poll.ownChoiceIds.join('.')}"`
    if (ctx.fresh) ctx.status = 304
    else ctx.body = poll
  }
}
