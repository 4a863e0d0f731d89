import type { Context } from 'koa'
import { PollError } from '../../polls/errors.ts'

/** Without a voter cookie only the key tells clients apart, so two of them must not have the same key by chance. */
const DISTINCT_LENGTH = 16

/** From this length on a key counts as a secret: it is the shortest with 128 random bits in base64url. */
const SECRET_LENGTH = 22

const MAX_LENGTH = 255

/** A string as in RFC 9651, section 3.3.3. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/

/** Without quotes: the draft does not allow it, but many clients send it. */
const BARE = /^[!#-+\--:<-[\]-~]+$/

/**
 * The Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07) of a request that may be sent twice but must take
 * effect only once; undefined if there is none. Throws a PollError if it is invalid.
 */
export function idempotencyKeyOf(ctx: Context): string | undefined {
  const header = ctx.headers['idempotency-key']
  if (header === undefined) return undefined
  const text = String(header).trim()
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? BARE.exec(text)?.[0]
  if (key === undefined || key.length > MAX_LENGTH) {
    throw invalidKey(`The Idempotency-Key must be one string of 1 to ${MAX_LENGTH} ASCII characters, such as a UUID.`)
  }
  return key
}

/** For a request without a voter cookie. */
export function requireDistinct(key: string): void {
  if (key.length < DISTINCT_LENGTH) {
    throw invalidKey(
      `Without a voter cookie an Idempotency-Key needs at least ${DISTINCT_LENGTH} characters, or two clients could have ` +
        'the same key. Use a UUID.',
    )
  }
}

/** For a request whose answer has a secret in it: anyone who sends the same key gets that answer. */
export function requireSecret(key: string): void {
  if (isSecret(key)) return
  throw invalidKey(
    `For a new poll or host key, an Idempotency-Key needs at least ${SECRET_LENGTH} characters, or it could be guessed. Use a UUID.`,
  )
}

export const isSecret = (key: string) => key.length >= SECRET_LENGTH

const invalidKey = (detail: string) => new PollError('invalid-idempotency-key', detail)
