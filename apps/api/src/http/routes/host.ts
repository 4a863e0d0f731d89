import { burstChangeSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { pollChangeSchema } from '@pollcast/shared/settings'
import type { Context, Middleware } from 'koa'
import { isBurstNumber } from '../../lib/burst-numbers.ts'
import { copyIdOf } from '../../polls/commands/create-poll.ts'
import { changePoll, copyPoll, deletePoll, startRound, voidBurst } from '../../polls/commands/host-poll.ts'
import { PollError } from '../../polls/errors.ts'
import { hostRequest } from '../../polls/host-key.ts'
import type { HostRequest } from '../../polls/ports.ts'
import { pollOf } from '../../polls/views.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf } from '../request/addresses.ts'
import { readJson } from '../request/body.ts'
import { requireBearerKey } from '../request/host-key.ts'
import { idempotencyKeyOf } from '../request/idempotency-key.ts'
import { findBallot, viewerOf, withReceipt } from '../request/viewer.ts'

/** What a host may do with a poll. Each is answered with the poll as its host sees it then. */
export function hostRoutes({ reader, writer, signals, limits, voters, serverKey, basePath }: RouteParts) {
  const hosted = async (ctx: Context): Promise<HostRequest> => {
    const [pollId, hostKey] = [pollIdOf(ctx), requireBearerKey(ctx)]
    await limits?.hostFrom(ctx)
    ctx.set('Cache-Control', 'no-store')
    return hostRequest(pollId, hostKey, reader)
  }

  /** `PATCH /api/polls/:id`: 200, also where it was so already. */
  const change: Middleware = async (ctx) => {
    const request = await hosted(ctx)
    const wanted = await readJson(ctx, pollChangeSchema)
    const poll = await changePoll(request, wanted, writer, signals)
    const found = await findBallot(viewerOf(ctx, voters.find(ctx)), poll, reader, serverKey)
    ctx.body = pollOf(poll, 'host', basePath, withReceipt(serverKey, poll, found))
  }

  /** `POST /api/polls/:id/rounds`: 201 with the poll in its new round. With an Idempotency-Key it is started once. */
  const addRound: Middleware = async (ctx) => {
    const key = idempotencyKeyOf(ctx)
    ctx.body = pollOf(await startRound(await hosted(ctx), writer, signals, key), 'host', basePath)
    ctx.status = 201
  }

  /** `PATCH /api/polls/:id/bursts/:number`: 200, also where it was so already. */
  const changeBurst: Middleware = async (ctx) => {
    const number = Number(ctx.params.number)
    if (!isBurstNumber(number)) throw new PollError('burst-not-found', 'There is no burst with this number.')
    const request = await hosted(ctx)
    const { voided } = await readJson(ctx, burstChangeSchema)
    ctx.body = pollOf(await voidBurst(request, { number, voided }, writer, signals), 'host', basePath)
  }

  /** `POST /api/polls/:id/copies`: 201 and the Location of the copy, which is the same one for an Idempotency-Key. */
  const copy: Middleware = async (ctx) => {
    const key = idempotencyKeyOf(ctx)
    const request = await hosted(ctx)
    const newId = key === undefined ? undefined : copyIdOf(serverKey, key, request.pollId)
    const poll = await copyPoll(request, writer, signals, newId)
    ctx.body = pollOf(poll, 'host', basePath)
    ctx.status = 201
    ctx.set('Location', routes.poll(poll.id))
  }

  /** `DELETE /api/polls/:id`: 204. From then on the poll's addresses answer 410. */
  const remove: Middleware = async (ctx) => {
    await deletePoll(await hosted(ctx), writer, signals)
    ctx.status = 204
  }

  return { change, addRound, changeBurst, copy, remove }
}
