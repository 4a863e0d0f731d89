import { type Poll, type PollList, pollListQuerySchema } from '@pollcast/shared/poll'
import type { CreatedPoll } from '@pollcast/shared/room'
import { spacedCode } from '@pollcast/shared/room-code'
import { routes } from '@pollcast/shared/routes'
import { newPollSchema } from '@pollcast/shared/settings'
import type { Context, Middleware } from 'koa'
import { createPoll } from '../../polls/commands/create-poll.ts'
import { roomRequest } from '../../polls/host-key.ts'
import { requireExists } from '../../polls/policy.ts'
import type { ListPage, PollReader } from '../../polls/ports.ts'
import { pollSubject } from '../../polls/topics.ts'
import { pollOf, summaryOf } from '../../polls/views.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { pollIdOf, requireRoomCode } from '../request/addresses.ts'
import { readBody, validate } from '../request/body.ts'
import { requireMayCreate } from '../request/create-key.ts'
import { requireBearerKey } from '../request/host-key.ts'
import { idempotencyKeyOf, requireSecret } from '../request/idempotency-key.ts'
import { identifyByCookie } from '../request/identify.ts'
import { awaitNews } from '../request/long-poll.ts'
import { parsePollLines } from '../request/poll-lines.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { findBallot, type Viewer, viewerOf, viewOf, withReceipt } from '../request/viewer.ts'
import { roomFor } from './rooms.ts'

/** The poll with the asker's own ballot, in the view that they have of it. */
export async function pollFor(
  viewer: Viewer,
  pollId: string,
  { reader, serverKey, basePath }: Pick<RouteParts, 'reader' | 'serverKey' | 'basePath'>,
): Promise<Poll> {
  const poll = await reader.find(pollId)
  requireExists(poll)
  const found = await findBallot(viewer, poll, reader, serverKey)
  const ballot = withReceipt(serverKey, poll, found)
  return pollOf(poll, viewOf(viewer, poll, ballot), basePath, ballot)
}

/** A page of the list of polls. */
export async function pollListFor(page: ListPage, reader: PollReader): Promise<PollList> {
  const { polls, nextCursor } = await reader.list(page)
  return { polls: polls.map(summaryOf), nextCursor }
}

/** `GET /api/polls` */
export function pollListRoute(parts: Pick<RouteParts, 'reader' | 'voters' | 'limits'>): Middleware {
  const { reader, voters } = parts
  return async (ctx) => {
    ctx.set('Cache-Control', 'private, no-cache')
    ctx.vary('Cookie')
    ctx.body = await pollListFor(validate(pollListQuerySchema, ctx.query, 'invalid-query'), reader)
    await identifyByCookie(ctx, voters.find(ctx), parts)
  }
}

/**
 * `POST /api/polls`: 201, Location, the poll, its room and, if it is a new one, its host's key; with an Idempotency-Key the
 * same ones each time. Lines of text are answered with text.
 */
export function newPollRoute(parts: RouteParts): Middleware {
  const { reader, writer, voters, signals, limits, serverKey } = parts
  return async (ctx) => {
    await limits?.pollFrom(ctx)
    const body = await readBody(ctx, 'json', 'text')
    const wanted =
      body.format === 'json' ? validate(newPollSchema, body.value, 'invalid-body') : parsePollLines(body.value)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined) requireSecret(key)
    const seed = key === undefined ? undefined : { serverKey, key, voterId: voters.find(ctx).voterId }
    const { roomCode } = wanted
    if (roomCode === undefined) await requireMayCreate(ctx, parts)
    const findRoom = async () => roomCode && roomRequest(requireRoomCode(roomCode), requireBearerKey(ctx), reader)
    const room = (await limitedByCode(parts, ctx, findRoom)) || undefined
    const { poll, hostKey } = await createPoll(wanted, room, writer, signals, seed)
    const viewer: Viewer = { voter: undefined, hostKeyHash: poll.room.hostKeyHash }
    const { room: itsRoom } = await roomFor(viewer, poll.room.code, publicUrlOf(ctx, parts), parts)
    const created: CreatedPoll = {
      poll: pollOf(poll, 'host', parts.basePath),
      room: itsRoom,
      ...(hostKey !== undefined && { hostKey }),
    }
    ctx.status = 201
    ctx.set('Location', routes.poll(created.poll.id))
    ctx.set('Cache-Control', 'no-store')
    ctx.body = body.format === 'json' ? created : createdText(ctx, created, parts)
  }
}

/** What a person at a command line does next with their poll. The first line is the link to share. */
function createdText(ctx: Context, { poll, room, hostKey }: CreatedPoll, parts: RouteParts): string {
  // No quote in a Host ends the quotes of the command.
  const url = publicUrlOf(ctx, parts).replaceAll("'", '%27')
  ctx.type = 'text/plain; charset=utf-8'
  return `${room.joinUrl}
Code: ${spacedCode(room.code)}
Results: ${url}${routes.resultsCsv(poll.id)}
Host page: ${url}${routes.hostPage(room.code)}#${hostKey}
Host key, not shown again: ${hostKey}
To close the poll: curl -X PATCH -H 'Authorization: Bearer ${hostKey}' -H 'Content-Type: application/json' -d '{"status":"closed"}' '${url}${routes.poll(poll.id)}'
`
}

/**
 * `GET /api/polls/:id`, with an ETag of what changes in it: the id that its stream's events have, and the voter's ballot.
 * With `?after=ID` it is held until there is something newer; 204 if there is nothing in time.
 */
export function pollRoute(parts: RouteParts): Middleware {
  const { voters, eventIds } = parts
  return async (ctx) => {
    const asker = voters.find(ctx)
    const pollId = pollIdOf(ctx)
    ctx.set('Cache-Control', 'private, no-cache')
    if (!(await awaitNews(ctx, pollSubject(pollId), parts))) {
      ctx.status = 204
      return
    }
    const poll = await pollFor(viewerOf(ctx, asker), pollId, parts)
    await identifyByCookie(ctx, asker, parts)
    ctx.vary('Cookie, Authorization, Pollcast-Code, Pollcast-Voter')
    ctx.status = 200
    ctx.etag = `W/"${eventIds.write(poll)}-${poll.ownChoiceIds.join('.')}${poll.deletesAt ?? ''}"`
    if (ctx.fresh) ctx.status = 304
    else ctx.body = poll
  }
}
