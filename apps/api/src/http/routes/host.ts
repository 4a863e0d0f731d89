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
import type { Voters } from '../request/voter.ts'

interface HostParts {
  reader: Pick<PollReader, 'answer'>
  writer: Pick<PollWriter, 'change' | 'delete'>
  voters: Voters
  pollChanged: Signal<PollChanged>
}

/** `PATCH /api/polls/:id`: 200 with the poll as it is then, also where it was so already. */
export function changePollRoute({ reader, writer, voters, pollChanged }: HostParts): Middleware {
  return async (ctx) => {
    const [pollId, hostKey] = [pollIdOf(ctx), hostKeyOf(ctx)]
    const change = await readJson(ctx, pollChangeSchema)
    const poll = await changePoll(pollId, hostKey, change, writer, pollChanged)
    const { voterId } = voters.find(ctx)
    ctx.set('Cache-Control', 'no-store')
    ctx.body = pollOf(poll, voterId && (await reader.answer(pollId, voterId)))
  }
}

/** `DELETE /api/polls/:id`: 204. From then on the poll's addresses answer 410. */
export function deletePollRoute({ writer, pollChanged }: Pick<HostParts, 'writer' | 'pollChanged'>): Middleware {
  return async (ctx) => {
    await deletePoll(pollIdOf(ctx), hostKeyOf(ctx), writer, pollChanged)
    ctx.status = 204
  }
}
