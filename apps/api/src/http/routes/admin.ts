import {
  type AdminRooms,
  type AdminStatus,
  adminRoomChangeSchema,
  adminRoomsQuerySchema,
  type Blocked,
  blockSchema,
} from '@pollcast/shared/admin'
import type { Context, Middleware } from 'koa'
import { networkOf, parseAddress } from '../../lib/address.ts'
import { isSameSecret } from '../../lib/is-same-secret.ts'
import { version } from '../../lib/version.ts'
import { deleteAnyRoom, replaceAnyKey, settleRoom } from '../../polls/commands/admin-room.ts'
import { PollError } from '../../polls/errors.ts'
import type { AdminReader } from '../../polls/ports.ts'
import { invalidInput } from '../middleware/problem.ts'
import type { RouteParts } from '../parts.ts'
import { roomCodeOf } from '../request/addresses.ts'
import { readJson, validate } from '../request/body.ts'
import { bearerOf } from '../request/host-key.ts'
import { limitedByCode } from '../request/rate-limit.ts'
import type { Health } from './health.ts'

const BLOCK_MS = 60 * 60_000

/** What the admin can do, for the log. */
export type AdminAct = 'room-closed' | 'room-unlisted' | 'room-deleted' | 'key-replaced' | 'blocked' | 'unblocked'

export interface AdminParts {
  key: string
  reader: AdminReader
  retentionDays: number
  /** Is told of each act that is done. */
  onAct: (act: AdminAct, roomCode?: string) => void
}

/** The routes of who runs the server, for whoever sends its key. Wrong keys are limited as codes are. */
export function adminRoutes(parts: RouteParts & { admin: AdminParts; health: Health }) {
  const { writer, signals, audiences, limits, health, admin } = parts
  const startedAt = new Date().toISOString()

  const checkKey = async (ctx: Context) => {
    ctx.set('Cache-Control', 'no-store')
    const check = async () => {
      if (isSameSecret(bearerOf(ctx) ?? '', admin.key)) return
      throw new PollError(
        'invalid-admin-key',
        'Only who runs the server may do this. Send its key: "Authorization: Bearer KEY".',
      )
    }
    await limitedByCode(parts, ctx, check)
  }

  const forAdmin =
    (work: (ctx: Context) => Promise<void>): Middleware =>
    async (ctx) => {
      await checkKey(ctx)
      await work(ctx)
    }

  /** `GET /api/admin` */
  const status = forAdmin(async (ctx) => {
    ctx.body = {
      version: version(),
      node: process.version,
      startedAt,
      eventLoopLagMs: Math.round(health.lag()),
      streams: audiences.heartbeat.streams,
      notReady: health.notReady() ?? null,
      ...(await admin.reader.stored()),
      retentionDays: admin.retentionDays,
      hasLimits: limits !== undefined,
    } satisfies AdminStatus
  })

  /** `GET /api/admin/rooms?order=&search=&offset=` */
  const rooms = forAdmin(async (ctx) => {
    const query = validate(adminRoomsQuerySchema, ctx.query, 'invalid-query')
    ctx.body = (await admin.reader.rooms(query)) satisfies AdminRooms
  })

  /** `PATCH /api/admin/rooms/:code`: 204, also where it was so already. */
  const change = forAdmin(async (ctx) => {
    const code = roomCodeOf(ctx)
    const { action } = await readJson(ctx, adminRoomChangeSchema)
    await settleRoom(code, action, writer, signals)
    admin.onAct(action === 'close' ? 'room-closed' : 'room-unlisted', code)
    ctx.status = 204
  })

  /** `DELETE /api/admin/rooms/:code`: 204. */
  const remove = forAdmin(async (ctx) => {
    const code = roomCodeOf(ctx)
    await deleteAnyRoom(code, writer, signals)
    admin.onAct('room-deleted', code)
    ctx.status = 204
  })

  /** `POST /api/admin/rooms/:code/key`: 201 with another host key. The one before opens nothing any more. */
  const replaceKey = forAdmin(async (ctx) => {
    const code = roomCodeOf(ctx)
    ctx.body = { hostKey: await replaceAnyKey(code, writer, signals) }
    admin.onAct('key-replaced', code)
    ctx.status = 201
  })

  /** `POST /api/admin/blocks`: for an hour, or no longer. The address is kept in memory, as the limits are, and not logged. */
  const block = forAdmin(async (ctx) => {
    const { address, blocked } = await readJson(ctx, blockSchema)
    const parsed = parseAddress(address.trim())
    if (parsed === undefined) {
      throw invalidInput('invalid-body', [{ path: 'address', message: 'Not an IPv4 or IPv6 address.' }])
    }
    if (!limits) throw new PollError('limits-off', 'With RATE_LIMIT=off no address can be blocked.')
    const network = networkOf(parsed)
    await limits.block(network, blocked ? BLOCK_MS : 0)
    admin.onAct(blocked ? 'blocked' : 'unblocked')
    const until = blocked ? new Date(Date.now() + BLOCK_MS).toISOString() : null
    ctx.body = { network, until } satisfies Blocked
  })

  return { status, rooms, change, remove, replaceKey, block }
}
