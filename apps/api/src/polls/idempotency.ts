import { createHash } from 'node:crypto'

/**
 * What a vote with an idempotency key is remembered by, for when it is sent again: hashes, so that the database tells
 * nobody's key. A key belongs to one voter's votes in one poll.
 *
 * The vote of a client that is no voter yet is remembered twice: as one without a voter, for it may be sent again as it
 * was, and as one of the voter that it made, for it may be sent again with the cookie.
 */
export function repeatScopes(key: string, pollId: string, knownVoter: string | undefined, voterId: string): string[] {
  const ofVoter = hash('vote', pollId, voterId, key)
  return knownVoter === undefined ? [hash('vote', pollId, '', key), ofVoter] : [ofVoter]
}

const hash = (...parts: string[]) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
