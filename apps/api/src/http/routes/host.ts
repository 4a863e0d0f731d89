import { pollChangeSchema } from '@pollcast/shared/poll'
import type { Middleware } from 'koa'
import { changePoll } from '../../polls/commands/change-poll.ts'
import { deletePoll } from '../../polls/commands/delete-poll.ts'
import type { PollChanged, Signal } from '../../polls/events.ts'
import type { PollReader, PollWriter } from '../../polls/ports.ts'
import { pollOf } from '../../polls/views.ts'
import { readJson } from '../request/body.ts'
import { hostKeyOf } from '../request/host-key.ts'
import { pollIdOf } from '../request/poll-id.ts'
import type { RateLimits } from '../request/rate-limit.ts'
import type { Voters } from '../request/voter.ts'

interface HostParts {
  reader: Pick<PollReader, 'answer' | 'requireHost'>
  writer: Pick<PollWriter, 'change' | 'delete'>
  voters: Voters
  pollChanged: Signal<PollChanged>
  limits: RateLimits | undefined
}

/** `PATCH /api/polls/:id`: 200 with the poll as it is then, also where it was so already. */
export function changePollRoute({ reader, writer, voters, pollChanged, limits }: HostParts): Middleware {
  return async (ctx) => {
    const [pollId, hostKey] = [pollIdOf(ctx), hostKeyOf(ctx)]
    await limits?.hostFrom(ctx)
    const change = await readJson(ctx, pollChangeSchema)
    const poll = await changePoll(pollId, hostKey, change, reader, writer, pollChanged)
    const { voterId } = voters.find(ctx)
    ctx.set('Cache-Control', 'no-store')
    ctx.body = pollOf(poll, voterId && (await reader.answer(pollId, voterId)))
  }
}

/** `DELETE /api/polls/:id`: 204. From then on the poll's addresses answer 410. */
export function deletePollRoute({ reader, writer, pollChanged, limits }: Omit<HostParts, 'voters'>): Middleware {
  return async (ctx) => {
    const [pollId, hostKey] = [pollIdOf(ctx), hostKeyOf(ctx)]
    await limits?.hostFrom(ctx)
    await deletePoll(pollId, hostKey, reader, writer, pollChanged)
    ctx.status = 204
  }
}
