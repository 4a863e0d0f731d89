import type { Context } from 'koa'
import { RequestError } from './problem.ts'

/** Without a voter cookie the key is all that tells one client from another, so nobody else may have the same by chance. */
const DISTINCT_LENGTH = 16

/** A key of this length, the shortest that can hold 128 random bits in base64url, is a secret between client and server. */
const SECRET_LENGTH = 22

const MAX_LENGTH = 255

/** A string of RFC 9651, section 3.3.3. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/

/** Not what the draft says, and what many clients send. */
const BARE = /^[!#-+\--:<-[\]-~]+$/

/**
 * The Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07) of a request that may be sent twice and shall be
 * done once; undefined where there is none. Throws a RequestError where it can't be read.
 */
export function idempotencyKeyOf(ctx: Context): string | undefined {
  const header = ctx.headers['idempotency-key']
  if (header === undefined) return undefined
  const text = String(header).trim()
  const key = QUOTED.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? BARE.exec(text)?.[0]
  if (key === undefined || key.length > MAX_LENGTH) {
    throw invalidKey(`The Idempotency-Key is to be one text of 1 to ${MAX_LENGTH} ASCII characters, such as a UUID.`)
  }
  return key
}

/** For a request that comes without a voter's cookie. */
export function requireDistinct(key: string): void {
  if (key.length < DISTINCT_LENGTH) {
    throw invalidKey(
      `Without a voter cookie an Idempotency-Key needs ${DISTINCT_LENGTH} characters or more, or two clients could have ` +
        'the same. Use a UUID.',
    )
  }
}

/** For a request whose answer tells a secret: it is told again to whoever has the key. */
export function requireSecret(key: string): void {
  if (isSecret(key)) return
  throw invalidKey(
    `To make a poll, an Idempotency-Key needs ${SECRET_LENGTH} characters or more, or it could be guessed. Use a UUID.`,
  )
}

export const isSecret = (key: string) => key.length >= SECRET_LENGTH

const invalidKey = (detail: string) => new RequestError('invalid-idempotency-key', detail)
