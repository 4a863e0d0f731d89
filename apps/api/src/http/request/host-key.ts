import type { Context } from 'koa'
import { RequestError } from '../middleware/problem.ts'

/** A host key, as it is made: 24 bytes in base64url. */
const BEARER = /^Bearer +([\w-]{32})$/i

/** The host key that the request came with (RFC 6750, section 2.1). Throws a RequestError where there is none. */
export function hostKeyOf(ctx: Context): string {
  const [, key] = BEARER.exec(ctx.get('Authorization')) ?? []
  if (key === undefined) {
    throw new RequestError(
      'invalid-host-key',
      'Only the host may do this. Send their key: "Authorization: Bearer KEY".',
    )
  }
  return key
}
