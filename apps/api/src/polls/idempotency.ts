import { createHash, createHmac } from 'node:crypto'
import type { PollRecord } from './ports.ts'

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

/**
 * The same for what a host asks for. A key belongs to one sort of request and to the poll or room that it is about: used
 * elsewhere it is another one.
 */
export const hostScope = (key: string, action: 'poll' | 'round' | 'codes' | 'key', about: string): string =>
  createHash('sha256')
    .update(JSON.stringify([action, about, key]))
    .digest('base64url')
    .slice(0, 22)

/** All that a new poll was asked for with, as a hash: the same where the same is asked for again. */
export function fingerprintOf({ id: _, idempotencyScope: __, room, ...wanted }: PollRecord): string {
  const fields = Object.entries(wanted).sort(([one], [other]) => (one < other ? -1 : 1))
  const asked = JSON.stringify([fields, 'code' in room ? room.code : null])
  return createHash('sha256').update(asked).digest('base64url')
}
