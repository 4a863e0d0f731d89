import type { ProblemCode } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { voteFormSchema, voteSchema } from '@pollcast/shared/vote'
import type { Context, Middleware } from 'koa'
import { burstInPoll } from '../../lib/burst-numbers.ts'
import { stampNow } from '../../lib/stamp-now.ts'
import { ballotIdOf, type VoterRef, voterKeyOf } from '../../polls/ballot-id.ts'
import { castVote } from '../../polls/commands/cast-vote.ts'
import { fieldError, PollError } from '../../polls/errors.ts'
import { idempotencyScope, voterOfKey } from '../../polls/idempotency.ts'
import type { RecordedVote } from '../../polls/ports.ts'
import { receiptOf } from '../../polls/receipt.ts'
import type { PollState } from '../../polls/state.ts'
import { votedJson } from '../../polls/views.ts'
import type { RouteParts } from '../parts.ts'
import { pollIdOf } from '../request/addresses.ts'
import { readBody, validate } from '../request/body.ts'
import { idempotencyKeyOf, isSecret, requireDistinct } from '../request/idempotency-key.ts'
import { codeHashOf } from '../request/viewer.ts'
import { burstOf, isFirstVote, knownVoter, markOfBurst, newVoterId } from '../request/voter.ts'

interface SentVote {
  answer: unknown
  codeHash: string | undefined
  isForm: boolean
}

/**
 * `POST /api/polls/:id/votes`: 201 with the snapshot that has the vote in it, or 303 to the poll's page for a form.
 * `DELETE` takes the vote back: 200 with the snapshot without it.
 */
export function voteRoute({ writer, voters, signals, limits, serverKey, basePath }: RouteParts): Middleware {
  return async (ctx) => {
    const pollId = pollIdOf(ctx)
    const asker = voters.find(ctx)
    const known = knownVoter(asker)
    let { mark } = asker
    if (isFirstVote(asker)) mark = markOfBurst(await limits?.newVoterFrom(ctx, asker))
    else if (known !== undefined) await limits?.voteOf(known)
    const { answer, codeHash, isForm } = await readVote(ctx)
    voters.refuseInvalid(ctx, asker, mark)
    const key = idempotencyKeyOf(ctx)
    if (key !== undefined && asker.voterId === undefined && codeHash === undefined) requireDistinct(key)
    const voterId = asker.voterId ?? (key === undefined ? newVoterId() : voterOfKey(serverKey, key, pollId))
    const voter: VoterRef = codeHash === undefined ? { voterId } : { codeHash }
    const ballotId = ballotIdOf(serverKey, pollId, voter)
    const scope = key === undefined ? undefined : idempotencyScope(key, ballotId)

    const cameIn = burstOf(mark)
    const burst = cameIn === undefined ? undefined : burstInPoll(serverKey, pollId, cameIn)
    const vote = { pollId, ballotId, answer, codeHash, idempotencyScope: scope, burst }
    const cast = () => castVote(vote, writer, signals.pollChanged, voterKeyOf(voter))
    let recorded: RecordedVote
    try {
      recorded = await (codeHash !== undefined && limits ? limits.withCode(ctx, known, cast) : cast())
    } catch (error) {
      throw withField(error, ctx, isForm)
    }

    // A client that repeats a vote gets the cookie of the first one again, unless the key could have been guessed.
    if (!recorded.isRepeat || (key !== undefined && isSecret(key))) {
      voters.remember(ctx, asker, voterId, mark)
      if (codeHash === undefined && !isForm) voters.tell(ctx, asker, voterId, mark)
    }
    if (isForm) {
      ctx.redirect(pageOf(ctx, recorded.poll, basePath))
      ctx.status = 303
      return
    }
    const { poll, ballot } = recorded
    const own =
      ballot === null
        ? undefined
        : { answer: JSON.parse(ballot), receipt: receiptOf(serverKey, poll, recorded.ballotId) }
    ctx.status = ctx.method === 'DELETE' ? 200 : 201
    ctx.set('Content-Type', 'application/json; charset=utf-8')
    ctx.body = stampNow(votedJson(poll, own))
  }
}

/** The refusals that are about a field of the body. */
const ABOUT_ANSWER: readonly ProblemCode[] = [
  'no-choice',
  'too-few-choices',
  'too-many-choices',
  'choice-not-found',
  'choice-of-another-poll',
]
const ABOUT_CODE: readonly ProblemCode[] = ['code-required', 'invalid-code', 'no-code-needed']

/** The error with the field that it is about: the kind does not know whether a form or JSON was sent. */
function withField(error: unknown, ctx: Context, isForm: boolean): unknown {
  if (!(error instanceof PollError) || ctx.method === 'DELETE') return error
  const { code, message } = error
  if (ABOUT_ANSWER.includes(code)) return fieldError(code, isForm ? 'choice' : 'choiceIds', message)
  const isInBody = ctx.get('Pollcast-Code') === ''
  return ABOUT_CODE.includes(code) && isInBody ? fieldError(code, 'code', message) : error
}

/** The page that the form was on: the room's, or the poll's. */
function pageOf(ctx: Context, { id, room }: PollState, basePath: string): string {
  const roomPage = routes.roomPage(room.code)
  const referrer = ctx.get('Referer')
  return URL.canParse(referrer) && new URL(referrer).pathname === basePath + roomPage ? roomPage : routes.pollPage(id)
}

/** The answer that the body holds; which fields those are depends on the kinds of questions there are. */
async function readVote(ctx: Context): Promise<SentVote> {
  const codeInHeader = codeHashOf(ctx.get('Pollcast-Code'))
  if (ctx.method === 'DELETE') return { answer: null, codeHash: codeInHeader, isForm: false }
  const body = await readBody(ctx, 'json', 'form')
  if (body.format === 'json') {
    const { choiceIds, code = '' } = validate(voteSchema, body.value, 'invalid-body')
    return { answer: choiceIds, codeHash: codeHashOf(code) ?? codeInHeader, isForm: false }
  }
  const fields = { choice: body.value.get('choice'), code: body.value.get('code') }
  const { choice, code } = validate(voteFormSchema, fields, 'invalid-body')
  return { answer: choice, codeHash: codeHashOf(code[0] ?? ''), isForm: true }
}
