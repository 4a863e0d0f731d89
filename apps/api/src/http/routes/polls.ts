import { type CreatedPoll, newPollSchema, type Poll, type PollList, pollListQuerySchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import { createPoll } from '../../polls/commands/create-poll.ts'
import type { PollChanged, Signal } from '../../polls/events.ts'
import { requireExists } from '../../polls/policy.ts'
import type { ListPage, PollReader, PollWriter } from '../../polls/ports.ts'
import { pollOf, summaryOf } from '../../polls/views.ts'
import { readBody, validate } from '../request/body.ts'
import { idempotencyKeyOf, requireSecret } from '../request/idempotency-key.ts'
import { originOf } from '../request/origin.ts'
import { pollIdOf } from '../request/poll-id.ts'
import { parsePollLines } from '../request/poll-lines.ts'
import type { RateLimits } from '../request/rate-limit.ts'
import type { Voters } from '../request/voter.ts'

interface NewPollParts {
  store: Pick<PollWriter, 'create'>
  voters: Voters
  pollChanged: Signal<PollChanged>
  limits: RateLimits | undefined
  /** A secret of the installation. */
  serverKey: string
  /** What addresses in a text begin with; where it is not set, the origin that the request was sent to. */
  publicOrigin: string | undefined
}

/** The poll with the voter's own ballot. */
export async function pollFor(voterId: string | undefined, pollId: string, store: PollReader): Promise<Poll> {
  const [poll, answer] = await Promise.all([store.find(pollId), voterId ? store.answer(pollId, voterId) : undefined])
  requireExists(poll)
  return pollOf(poll, answer)
}

/** A page of the list of polls. */
export async function pollListFor(page: ListPage, store: PollReader): Promise<PollList> {
  const { polls, nextCursor } = await store.list(page)
  return { polls: polls.map(summaryOf), nextCursor }
}

/** `GET /api/polls` */
export function pollListRoute(store: PollReader, voters: Voters): Middleware {
  return async (ctx) => {
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie')
    ctx.body = await pollListFor(validate(pollListQuerySchema, ctx.query, 'invalid-query'), store)
    voters.identify(ctx, voters.find(ctx))
  }
}

/**
 * `POST /api/polls`: 201, Location, the poll and the host's key; with an Idempotency-Key the same ones each time. Lines of text
 * are answered with text.
 */
export function newPollRoute(parts: NewPollParts): Middleware {
  const { store, voters, pollChanged, limits, serverKey, publicOrigin } = parts
  return async (ctx) => {
    await limits?.pollFrom(ctx)
    const body = await readBody(ctx, 'json', 'text')
    const wanted =
      body.format === 'json' ? validate(newPollSchema, body.value, 'invalid-body') : parsePollLines(body.value)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined) requireSecret(key)
    const seed = key === undefined ? undefined : { serverKey, key, voterId: voters.find(ctx).voterId }
    const { poll, hostKey } = await createPoll(wanted, store, pollChanged, seed)
    const created: CreatedPoll = { poll: pollOf(poll), hostKey }
    ctx.status = 201
    ctx.set('Location', routes.poll(created.poll.id))
    ctx.set('Cache-Control', 'no-store')
    ctx.body = body.format === 'json' ? created : createdText(ctx, created, publicOrigin)
  }
}

/** What a person at a command line does next with their poll. The first line is the link to share. */
function createdText(ctx: Context, { poll, hostKey }: CreatedPoll, publicOrigin: string | undefined): string {
  // A client of HTTP/1.0 may name no host: it gets paths. No quote in a Host ends the quotes of the command.
  const origin = publicOrigin ?? originOf(ctx)?.replaceAll("'", '%27') ?? ''
  const results = origin + routes.poll(poll.id)
  ctx.type = 'text/plain; charset=utf-8'
  return `${origin}${routes.pollPage(poll.id)}
Results: ${results}
Host key, not shown again: ${hostKey}
To close the poll: curl -X PATCH -H 'Authorization: Bearer ${hostKey}' -H 'Content-Type: application/json' -d '{"status":"closed"}' '${results}'
`
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
