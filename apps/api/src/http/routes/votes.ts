import { routes } from '@pollcast/shared/routes'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import type { Context, Middleware } from 'koa'
import { castVote } from '../../polls/commands/cast-vote.ts'
import type { PollChanged, Signal } from '../../polls/events.ts'
import { idempotencyScopes } from '../../polls/idempotency.ts'
import type { PollWriter } from '../../polls/ports.ts'
import { snapshotJson } from '../../polls/views.ts'
import { readBody, validate } from '../request/body.ts'
import { idempotencyKeyOf, isSecret, requireDistinct } from '../request/idempotency-key.ts'
import { pollIdOf } from '../request/poll-id.ts'
import type { RateLimits } from '../request/rate-limit.ts'
import { newVoterId, type Voters } from '../request/voter.ts'

interface VoteParts {
  store: Pick<PollWriter, 'record'>
  voters: Voters
  pollChanged: Signal<PollChanged>
  limits: RateLimits | undefined
}

/** `POST /api/polls/:id/votes`: 201 with the snapshot that has the vote in it, or 303 to the poll's page for a form. */
export function voteRoute({ store, voters, pollChanged, limits }: VoteParts): Middleware {
  return async (ctx) => {
    const pollId = pollIdOf(ctx)
    await limits?.voteFrom(ctx)
    const asker = voters.find(ctx)
    if (asker.voterId !== undefined) await limits?.voteOf(asker.voterId)
    const { answer, form } = await readVote(ctx)
    voters.refuseInvalid(ctx, asker)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined && asker.voterId === undefined) requireDistinct(key)
    const voterId = asker.voterId ?? newVoterId()
    const scopes = key === undefined ? undefined : idempotencyScopes(key, pollId, asker.voterId, voterId)

    const { poll, firstVoterId } = await castVote(
      { pollId, voterId, answer, idempotencyScopes: scopes },
      store,
      pollChanged,
    )

    const counted = firstVoterId ?? voterId
    // A client that repeats a vote gets the cookie of the first one again, unless the key could have been guessed.
    if (counted === voterId || (key !== undefined && isSecret(key))) voters.remember(ctx, asker, counted)
    if (form) {
      ctx.redirect(routes.pollPage(pollId))
      ctx.status = 303
    } else {
      ctx.status = 201
      ctx.set('Content-Type', 'application/json; charset=utf-8')
      ctx.body = snapshotJson(poll)
    }
  }
}

/** The answer that the body holds; which fields those are depends on the kinds of questions there are. */
async function readVote(ctx: Context): Promise<{ answer: unknown; form: boolean }> {
  const body = await readBody(ctx, 'json', 'form')
  if (body.format === 'json') return { answer: validate(voteSchema, body.value, 'invalid-body').choiceIds, form: false }
  const { choice } = validate(voteFormSchema, { choice: body.value.get('choice') }, 'invalid-body')
  return { answer: choice, form: true }
}
