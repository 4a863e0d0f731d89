import { STATUS_CODES } from 'node:http'
import { type Problem, type ProblemCode, problemStatus } from '@pollcast/shared/problem'
import type { Context, Middleware } from 'koa'
import { clip, isUnavailable, PollError } from '../polls/errors.ts'

/** A request that was not understood, before any rule of polls was asked. */
export class RequestError extends PollError {
  readonly errors: Problem['errors']

  constructor(code: ProblemCode, message: string, errors?: Problem['errors']) {
    super(code, message)
    this.errors = errors
  }
}

const MAX_ERRORS = 20
const MAX_ERRORS_BYTES = 2048
const MAX_DETAIL_LENGTH = 300

/** Input that does not fit. What is told of it is bounded, however much is wrong with it. */
export function invalidInput(
  code: 'invalid-body' | 'invalid-query',
  all: NonNullable<Problem['errors']>,
): RequestError {
  const errors: NonNullable<Problem['errors']> = []
  let bytes = 0
  for (const { path, message } of all.slice(0, MAX_ERRORS)) {
    const error = { path: clip(path, 60), message: clip(message, 200) }
    bytes += Buffer.byteLength(JSON.stringify(error))
    if (bytes > MAX_ERRORS_BYTES) break
    errors.push(error)
  }
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ')
  return new RequestError(code, detail, errors)
}

/** Too much of something: says when to try again. */
export class TooManyRequests extends PollError {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('too-many-requests', `That was too often. Try again in ${retryAfterSeconds} s.`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export function problemOf(code: ProblemCode, detail: string, errors?: Problem['errors']): Problem {
  const status = problemStatus[code]
  return {
    title: STATUS_CODES[status] ?? '',
    status,
    code,
    detail: clip(detail, MAX_DETAIL_LENGTH),
    ...(errors && { errors }),
  }
}

function writeProblem(ctx: Context, code: ProblemCode, detail: string, errors?: Problem['errors']): void {
  const problem = problemOf(code, detail, errors)
  ctx.status = problem.status
  ctx.set('Cache-Control', 'no-store')
  // What a 401 has to say (RFC 9110, section 15.5.2).
  if (code === 'invalid-host-key') ctx.set('WWW-Authenticate', 'Bearer')
  ctx.body = JSON.stringify(problem)
  ctx.type = 'application/problem+json'
}

/** Answers in RFC 9457's form for whatever was thrown or not found. What is nobody's business is only logged. */
export function problems(onError: (error: unknown) => void): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body || ctx.respond === false) return
      if (ctx.status === 404) {
        writeProblem(ctx, 'not-found', `There is nothing at ${clip(ctx.path, 100)}.`)
      } else if (ctx.status === 405) {
        const allowed = ctx.response.get('Allow')
        writeProblem(ctx, 'method-not-allowed', `${ctx.method} is not for this address; it takes ${allowed}.`)
      } else if (ctx.status === 501) {
        writeProblem(ctx, 'not-implemented', `${ctx.method} is not a method that is known here.`)
      }
    } catch (error) {
      answerError(ctx, error, onError)
    }
  }
}

/** Seconds, as a Retry-After, in which a database that was restarted is back. */
const STORE_RETRY = '2'

function answerError(ctx: Context, error: unknown, onError: (error: unknown) => void): void {
  if (error instanceof TooManyRequests) ctx.set('Retry-After', String(error.retryAfterSeconds))
  if (error instanceof RequestError) return writeProblem(ctx, error.code, error.message, error.errors)
  if (isUnavailable(error)) ctx.set('Retry-After', STORE_RETRY)
  if (error instanceof PollError) return writeProblem(ctx, error.code, error.message)
  if ((error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL') {
    return writeProblem(ctx, 'malformed-request', 'The address in the request is none.')
  }
  onError(error)
  writeProblem(ctx, 'internal-error', 'Something went wrong here. It is in the log; try again.')
}
