import { type CodeCounts, newCodesSchema, newRoomSchema, type Room, roomChangeSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { Context, Middleware } from 'koa'
import { changeRoom, createRoom, deleteRoom, issueCodes, replaceHostKey } from '../../polls/commands/host-room.ts'
import { keyReplacement, roomRequest } from '../../polls/host-key.ts'
import { checkRoomExists } from '../../polls/policy.ts'
import type { RoomRequest } from '../../polls/ports.ts'
import { roomRevisionOf } from '../../polls/revisions.ts'
import { roomSubject } from '../../polls/topics.ts'
import { pollOf, roomOf } from '../../polls/views.ts'
import { CSV_TYPE, csvOf } from '../downloads/csv.ts'
import { publicUrlOf, type RouteParts } from '../parts.ts'
import { roomCodeOf } from '../request/addresses.ts'
import { readJson } from '../request/body.ts'
import { requireMayCreate } from '../request/create-key.ts'
import { requireBearerKey } from '../request/host-key.ts'
import { idempotencyKeyOf, requireSecret } from '../request/idempotency-key.ts'
import { identifyByCookie } from '../request/identify.ts'
import { awaitNews } from '../request/long-poll.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import { findBallot, isHost, type Viewer, viewerOf, viewOf, withReceipt } from '../request/viewer.ts'

type RoomParts = Pick<RouteParts, 'reader' | 'serverKey' | 'watching' | 'eventIds' | 'basePath'>

/** A room, and the id that the newest event of its stream has. */
interface FoundRoom {
  room: Room
  id: string
}

/** The room as the asker sees it. Rejects with a PollError where it is not there. */
export async function roomFor(viewer: Viewer, code: string, publicUrl: string, parts: RoomParts): Promise<FoundRoom> {
  const { reader, serverKey, watching, eventIds, basePath } = parts
  const { room, current } = await reader.findRoom(code)
  const deleted = checkRoomExists(room)
  if (deleted) throw deleted
  const addresses = { joinUrl: publicUrl + routes.roomPage(code), streamUrl: basePath + routes.roomStream(code) }
  const found = current && (await findBallot(viewer, current, reader, serverKey))
  const ballot = current && withReceipt(serverKey, current, found)
  const host = isHost(viewer, room)
  const view = current ? viewOf(viewer, current, ballot) : host ? 'host' : 'public'
  const poll = current ? pollOf(current, view, basePath, ballot) : null
  const id = eventIds.write({ id: code, view, revision: roomRevisionOf(room, current, view) })
  if (!host) return { room: roomOf({ room, current }, poll, addresses), id }
  const [polls, log] = await Promise.all([reader.pollsOf(code), reader.log(code)])
  return { room: roomOf({ room, current, polls }, poll, addresses, { watching: watching.count(code), log }), id }
}

/** Routes of rooms. Who asks for a room by a code that no room has is limited. */
export function roomRoutes(parts: RouteParts) {
  const { reader, writer, signals, voters, limits, serverKey } = parts

  const found = async (ctx: Context): Promise<FoundRoom> => {
    const viewer = viewerOf(ctx, voters.find(ctx))
    const find = () => roomFor(viewer, roomCodeOf(ctx), publicUrlOf(ctx, parts), parts)
    return limitedByCode(parts, ctx, find)
  }

  /** A request of the host's, limited as such. */
  const hostedAs = async <T>(ctx: Context, requestOf: (code: string, hostKey: string) => Promise<T>): Promise<T> => {
    const [code, hostKey] = [roomCodeOf(ctx), requireBearerKey(ctx)]
    await limits?.hostFrom(ctx)
    ctx.set('Cache-Control', 'no-store')
    return limitedByCode(parts, ctx, () => requestOf(code, hostKey))
  }

  const hosted = (ctx: Context): Promise<RoomRequest> =>
    hostedAs(ctx, (code, hostKey) => roomRequest(code, hostKey, reader))

  /** `POST /api/rooms`: a room without polls. */
  const create: Middleware = async (ctx) => {
    await limits?.pollFrom(ctx)
    await requireMayCreate(ctx, parts)
    const { title } = await readJson(ctx, newRoomSchema)
    const { room, hostKey } = await createRoom(title, writer, signals)
    const viewer: Viewer = { voter: undefined, hostKeyHash: room.hostKeyHash }
    ctx.status = 201
    ctx.set('Location', routes.room(room.code))
    ctx.set('Cache-Control', 'no-store')
    const made = await roomFor(viewer, room.code, publicUrlOf(ctx, parts), parts)
    ctx.body = { room: made.room, hostKey }
  }

  /** `GET /api/rooms/:code`, with an ETag and `?after=ID` as a poll has them. */
  const read: Middleware = async (ctx) => {
    const asker = voters.find(ctx)
    ctx.set('Cache-Control', 'private, no-cache')
    const wait = async () => awaitNews(ctx, roomSubject(roomCodeOf(ctx)), parts)
    if (!(await limitedByCode(parts, ctx, wait))) {
      ctx.status = 204
      return
    }
    const { room, id } = await found(ctx)
    await identifyByCookie(ctx, asker, parts)
    ctx.vary('Cookie, Authorization, Pollcast-Code, Pollcast-Voter')
    ctx.status = 200
    // The host's also says how many watch, and what was done.
    if (room.polls === undefined)
      ctx.etag = `W/"${id}-${room.poll?.ownChoiceIds.join('.') ?? ''}${room.deletesAt ?? ''}"`
    if (ctx.fresh) ctx.status = 304
    else ctx.body = room
  }

  /** `PATCH /api/rooms/:code`: 200 with the room as it is then, also where it was so already. */
  const change: Middleware = async (ctx) => {
    const request = await hosted(ctx)
    await changeRoom(request, await readJson(ctx, roomChangeSchema), writer, signals)
    ctx.body = (await found(ctx)).room
  }

  /** `DELETE /api/rooms/:code`: 204. From then on its addresses, and those of its polls, answer 410. */
  const remove: Middleware = async (ctx) => {
    await deleteRoom(await hosted(ctx), writer, signals)
    ctx.status = 204
  }

  /**
   * `POST /api/rooms/:code/key`: another host key. The one that the request came with opens nothing any more, but with the
   * same Idempotency-Key it is answered with that other one again.
   */
  const replaceKey: Middleware = async (ctx) => {
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined) requireSecret(key)
    const seed = key === undefined ? undefined : { serverKey, key }
    const replacement = await hostedAs(ctx, (code, hostKey) => keyReplacement(code, hostKey, reader, seed))
    ctx.body = { hostKey: await replaceHostKey(replacement, writer, signals) }
    ctx.status = 201
  }

  /**
   * `POST /api/rooms/:code/codes`: one-time codes, told once, or again for the same Idempotency-Key; as a table where the
   * client asks for CSV.
   */
  const addCodes: Middleware = async (ctx) => {
    const key = idempotencyKeyOf(ctx)
    const request = await hosted(ctx)
    const { count } = await readJson(ctx, newCodesSchema)
    const codes = await issueCodes(request, count, writer, key === undefined ? undefined : { serverKey, key })
    ctx.status = 201
    if (ctx.accepts('json', 'text/csv') !== 'text/csv') {
      ctx.body = { codes }
      return
    }
    const joinUrl = publicUrlOf(ctx, parts) + routes.roomPage(request.code)
    ctx.set('Content-Type', CSV_TYPE)
    ctx.body = csvOf({ columns: ['code', 'link'], rows: codes.map((code) => [code, `${joinUrl}#${code}`]) })
  }

  /** `GET /api/rooms/:code/codes`: how many there are, and how many have voted. */
  const countCodes: Middleware = async (ctx) => {
    const { code } = await hosted(ctx)
    ctx.body = (await reader.countCodes(code)) satisfies CodeCounts
  }

  return { create, read, change, remove, replaceKey, addCodes, countCodes }
}
