import * as z from 'zod'
import { challengeSchema } from './proof-of-work.ts'

/** Every code that an answer can carry, with its HTTP status. Codes are stable: clients branch on them. */
export const problemStatus = {
  'malformed-json': 400,
  'malformed-cursor': 400,
  'malformed-request': 400,
  'invalid-idempotency-key': 400,
  'invalid-voter': 401,
  'invalid-host-key': 401,
  'code-required': 401,
  'invalid-code': 401,
  'create-key-required': 401,
  'invalid-create-key': 401,
  'invalid-admin-key': 401,
  'cross-site-form': 403,
  'burst-voided': 403,
  'creation-closed': 403,
  'results-hidden': 403,
  'burst-not-found': 404,
  'poll-not-found': 404,
  'room-not-found': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'poll-closed': 409,
  'vote-is-final': 409,
  'poll-has-votes': 409,
  'room-full': 409,
  'server-full': 409,
  'limits-off': 409,
  'poll-deleted': 410,
  'room-deleted': 410,
  'body-too-large': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  'invalid-body': 422,
  'invalid-query': 422,
  'no-choice': 422,
  'too-few-choices': 422,
  'too-many-choices': 422,
  'choice-not-found': 422,
  'choice-of-another-poll': 422,
  'poll-of-another-room': 422,
  'no-code-needed': 422,
  'idempotency-key-reused': 422,
  'proof-of-work-required': 429,
  'too-many-requests': 429,
  'headers-too-large': 431,
  'internal-error': 500,
  'not-implemented': 501,
  'page-not-built': 503,
  'server-busy': 503,
  'shutting-down': 503,
  'store-unavailable': 503,
  'http-version-not-supported': 505,
} as const

export type ProblemCode = keyof typeof problemStatus

/** What is wrong with a field of the body or query. */
export const fieldErrorSchema = z.strictObject({ path: z.string(), message: z.string() })

/**
 * The body of every error, served as application/problem+json (RFC 9457). It has no `type`, which then is
 * about:blank: `title` is the status's own phrase (section 4.2.1), `detail` says what was wrong and what to do, and
 * `code` is what a program should look at.
 */
export const problemSchema = z.strictObject({
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  /** Each wrong field, where it is one of the body or query. */
  errors: z.array(fieldErrorSchema).optional(),
  /** With `proof-of-work-required`: what to solve, and to send the request again with. */
  challenge: challengeSchema.optional(),
})

export type FieldError = z.infer<typeof fieldErrorSchema>
export type Problem = z.infer<typeof problemSchema>
