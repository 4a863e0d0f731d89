import type { Context } from 'koa'
import { PollError } from '../../polls/errors.ts'

/** A host key, as it is made: 24 bytes in base64url. */
const BEARER = /^Bearer +([\w-]{32})$/i

/**
 * The host key that the request came with (RFC 6750, section 2.1); undefined where there is none, as where a proxy asked for
 * a password. Throws a PollError where it can't be a key.
 */
export function bearerKeyOf(ctx: Context): string | undefined {
  const authorization = ctx.get('Authorization')
  if (!/^Bearer\b/i.test(authorization)) return undefined
  const [, key] = BEARER.exec(authorization) ?? []
  if (key === undefined) throw noKey()
  return key
}

/** The key of a request, of whatever form; undefined where there is none. */
export const bearerOf = (ctx: Context): string | undefined => /^Bearer +(\S+)$/i.exec(ctx.get('Authorization'))?.[1]

/** The same, for what only the host may do. */
export function requireBearerKey(ctx: Context): string {
  const key = bearerKeyOf(ctx)
  if (key === undefined) throw noKey()
  return key
}

const noKey = () =>
  new PollError('invalid-host-key', 'Only the host may do this. Send their key: "Authorization: Bearer KEY".')
