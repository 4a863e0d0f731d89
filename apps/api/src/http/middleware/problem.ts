import { STATUS_CODES } from 'node:http'
import { type FieldError, type Problem, type ProblemCode, problemStatus } from '@pollcast/shared/problem'
import type { Challenge } from '@pollcast/shared/proof-of-work'
import type { Context, Middleware } from 'koa'
import { clip, invalidFields, isUnavailable, PollError } from '../../polls/errors.ts'

const MAX_ERRORS = 20
const MAX_ERRORS_BYTES = 2048
const MAX_DETAIL_LENGTH = 300

/** Invalid input. The answer has a bounded size, however many errors there are. */
export function invalidInput(code: 'invalid-body' | 'invalid-query', all: readonly FieldError[]): PollError {
  const errors: FieldError[] = []
  let bytes = 0
  for (const { path, message } of all.slice(0, MAX_ERRORS)) {
    const error = { path: clip(path, 60), message: clip(message, 200) }
    bytes += Buffer.byteLength(JSON.stringify(error))
    if (bytes > MAX_ERRORS_BYTES) break
    errors.push(error)
  }
  return invalidFields(code, errors)
}

/** A rate limit was exceeded. Says when to try again. */
export class TooManyRequests extends PollError {
  readonly retryAfterSeconds: number

  /** @param sentence what there was too much of */
  constructor(
    retryAfterSeconds: number,
    sentence = 'Too many requests.',
    code: 'too-many-requests' | 'proof-of-work-required' = 'too-many-requests',
  ) {
    super(code, `${sentence} Try again in ${retryAfterSeconds} s.`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The request would be allowed to who has solved the challenge. */
export class ProofRequired extends TooManyRequests {
  readonly challenge: Challenge

  constructor(retryAfterSeconds: number, challenge: Challenge) {
    super(
      retryAfterSeconds,
      'Many new voters came from your network. Your vote was not counted. With JavaScript your browser solves a small task, and votes again by itself.',
      'proof-of-work-required',
    )
    this.challenge = challenge
  }
}

const BEARER_CODES: readonly ProblemCode[] = [
  'invalid-host-key',
  'create-key-required',
  'invalid-create-key',
  'invalid-admin-key',
]

export function problemOf(code: ProblemCode, detail: string, errors?: readonly FieldError[]): Problem {
  const status = problemStatus[code]
  return {
    title: STATUS_CODES[status] ?? '',
    status,
    code,
    detail: clip(detail, MAX_DETAIL_LENGTH),
    ...(errors && { errors: [...errors] }),
  }
}

function writeProblem(
  ctx: Context,
  code: ProblemCode,
  detail: string,
  { errors, challenge }: { errors?: readonly FieldError[] | undefined; challenge?: Challenge } = {},
): void {
  const problem = { ...problemOf(code, detail, errors), ...(challenge && { challenge }) }
  // For those who tell of the answer (answered.ts).
  ctx.state.problem = code
  ctx.status = problem.status
  ctx.set('Cache-Control', 'no-store')
  // What a 401 has to say (RFC 9110, section 15.5.2).
  if (BEARER_CODES.includes(code)) ctx.set('WWW-Authenticate', 'Bearer')
  ctx.body = JSON.stringify(problem)
  ctx.type = 'application/problem+json'
}

/** Answers with problem+json (RFC 9457) to what was thrown or not found. Unexpected errors are logged, not shown. */
export function problems(onError: (error: unknown) => void): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body || ctx.respond === false) return
      if (ctx.status === 404) {
        writeProblem(ctx, 'not-found', `There is nothing at ${clip(ctx.path, 100)}.`)
      } else if (ctx.status === 405) {
        const allowed = ctx.response.get('Allow')
        writeProblem(ctx, 'method-not-allowed', `${ctx.method} is not allowed here. Allowed: ${allowed}.`)
      } else if (ctx.status === 501) {
        writeProblem(ctx, 'not-implemented', `The server does not support the method ${ctx.method}.`)
      }
    } catch (error) {
      answerError(ctx, error, onError)
    }
  }
}

/** Retry-After in seconds: the time that a database needs to restart. */
const STORE_RETRY = '2'

function answerError(ctx: Context, error: unknown, onError: (error: unknown) => void): void {
  if (error instanceof TooManyRequests) ctx.set('Retry-After', String(error.retryAfterSeconds))
  if (error instanceof ProofRequired) {
    return writeProblem(ctx, error.code, error.message, { challenge: error.challenge })
  }
  if (isUnavailable(error)) ctx.set('Retry-After', STORE_RETRY)
  if (error instanceof PollError) return writeProblem(ctx, error.code, error.message, { errors: error.errors })
  if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL') {
    return writeProblem(ctx, 'malformed-request', 'The URL of the request is invalid.')
  }
  onError(error)
  writeProblem(ctx, 'internal-error', 'Something went wrong on the server. The error has been logged. Try again.')
}
