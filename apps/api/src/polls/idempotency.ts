import { createHash, createHmac } from 'node:crypto'

/**
 * What a vote with an idempotency key is remembered by, for when it is sent again. A key belongs to one ballot. It is
 * hashed, so that the database contains no keys.
 */
export const idempotencyScope = (key: string, ballotId: string): string =>
  createHash('sha256').update(`${ballotId} ${key}`).digest('base64url').slice(0, 22)

/**
 * The voter that a client without a cookie becomes by voting with an idempotency key: the same one when the vote is sent
 * again, for the answer with the cookie may have been lost.
 */
export const voterOfKey = (serverKey: string, key: string, pollId: string): string =>
  createHmac('sha256', serverKey)
    // No voter's id has a bracket in it, so this is never the signature of a voter's cookie.
    .update(JSON.stringify(['voter', pollId, key]))
    .digest('base64url')
    .slice(0, 22)
