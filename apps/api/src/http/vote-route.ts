import { routes } from '@pollcast/shared/routes'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import type { Context, Middleware } from 'koa'
import { castVote } from '../polls/cast-vote.ts'
import { repeatScopes } from '../polls/idempotency.ts'
import type { PollStore } from '../polls/poll-store.ts'
import type { Signal, VoteCast } from '../polls/signals.ts'
import { snapshotJson } from '../polls/snapshot.ts'
import { readBody, validate } from './body.ts'
import { idempotencyKeyOf, isSecret, requireDistinct } from './idempotency-key.ts'
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
    const asker = voters.find(ctx)
    if (asker.voterId !== undefined) await limits?.voteOf(asker.voterId)
    const { choiceIds, form } = await readVote(ctx)
    voters.refuseInvalid(ctx, asker)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined && asker.voterId === undefined) requireDistinct(key)
    const voterId = asker.voterId ?? newVoterId()
    const scopes = key === undefined ? undefined : repeatScopes(key, pollId, asker.voterId, voterId)

    const { snapshot, firstVoterId } = await castVote({ pollId, voterId, choiceIds, scopes }, store, voteCast)

    const counted = firstVoterId ?? voterId
    // A client that repeats a vote gets the cookie of the first one again, unless the key could have been guessed.
    if (counted === voterId || (key !== undefined && isSecret(key))) voters.remember(ctx, asker, counted)
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
  if (body.kind === 'json') return { ...validate(voteSchema, body.value, 'invalid-body'), form: false }
  const { choice } = validate(voteFormSchema, { choice: body.value.get('choice') }, 'invalid-body')
  return { choiceIds: choice, form: true }
}
