import { createHash } from 'node:crypto'

/**
 * What a vote with an idempotency key is remembered by, for when it is sent again. A key belongs to one voter's votes in
 * one poll. It is hashed, so that the database contains no keys; the voter's id comes first, so that a storm of votes
 * writes to one end of the table, as it does to the ballots' (see newVoterId).
 *
 * The vote of a client that is no voter yet is remembered twice: as one without a voter, for it may be sent again as it
 * was, and as one of the voter that it made, for it may be sent again with the cookie.
 */
export function idempotencyScopes(
  key: string,
  pollId: string,
  knownVoter: string | undefined,
  voterId: string,
): string[] {
  const hash = createHash('sha256').update(`${pollId} ${key}`).digest('base64url').slice(0, 22)
  const ofVoter = `${voterId} ${hash}`
  return knownVoter === undefined ? [`- ${hash}`, ofVoter] : [ofVoter]
}
