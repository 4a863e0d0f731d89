import { routes } from '@pollcast/shared/routes'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import type { Context, Middleware } from 'koa'
import { castVote } from '../polls/cast-vote.ts'
import type { PollStore } from '../polls/poll-store.ts'
import type { Signal, VoteCast } from '../polls/signals.ts'
import { snapshotJson } from '../polls/snapshot.ts'
import { conform, readBody } from './body.ts'
import { pollIdOf } from './poll-id.ts'
import type { RateLimits } from './rate-limit.ts'
import { newVoterId, type Voters } from './voter.ts'

interface VoteParts {
  store: Pick<PollStore, 'record'>
  voters: Voters
  voteCast: Signal<VoteCast>
  limits: RateLimits | undefined
}

/** `POST /api/polls/:id/votes`: 201 with the snapshot that has the vote in it, or 303 to the poll's page for a form. */
export function voteRoute({ store, voters, voteCast, limits }: VoteParts): Middleware {
  return async (ctx) => {
    const pollId = pollIdOf(ctx)
    await limits?.voteFrom(ctx)
    const known = voters.known(ctx)
    if (known) await limits?.voteOf(known)
    const { choiceIds, form } = await readVote(ctx)
    const voterId = known ?? newVoterId()

    const { snapshot } = await castVote({ pollId, voterId, choiceIds }, store, voteCast)

    if (!known) voters.remember(ctx, voterId)
    if (form) {
      ctx.redirect(routes.pollPage(pollId))
      ctx.status = 303
    } else {
      ctx.status = 201
      ctx.set('Content-Type', 'application/json; charset=utf-8')
      ctx.body = snapshotJson(snapshot)
    }
  }
}

async function readVote(ctx: Context): Promise<{ choiceIds: number[]; form: boolean }> {
  const body = await readBody(ctx)
  if (body.kind === 'json') return { ...conform(voteSchema, body.value, 'invalid-body'), form: false }
  const { choice } = conform(voteFormSchema, { choice: body.value.get('choice') }, 'invalid-body')
  return { choiceIds: choice, form: true }
}
