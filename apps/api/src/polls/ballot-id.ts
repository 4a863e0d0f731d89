import { createHash, createHmac } from 'node:crypto'

/** Who votes: a browser, by the id in its cookie, or a one-time code, by its hash. */
export type VoterRef = { voterId: string } | { codeHash: string }

/**
 * What a voter's ballots in a poll are stored under. Without the server's key it tells neither who they are nor which
 * ballots of other polls are theirs, and its order tells nothing. It is the same in every round of the poll.
 */
export const ballotIdOf = (serverKey: string, pollId: string, voter: VoterRef): string =>
  createHmac('sha256', serverKey)
    // No voter's id has a bracket in it, so this is never the signature of a voter's cookie.
    .update(`["ballot","${pollId}","${'voterId' in voter ? voter.voterId : `code ${voter.codeHash}`}"]`)
    .digest('base64url')
    .slice(0, 22)

/** By which the streams of a voter are found. Never leaves the process. */
export const voterKeyOf = (voter: VoterRef): string =>
  'voterId' in voter ? `voter ${voter.voterId}` : `code ${voter.codeHash}`

/** Characters that can't be mistaken for others, as in polls' ids. */
const CODE = /^[2-9A-HJKMNP-Z]{10}$/

/** What is kept of a one-time code; undefined for a text that is none. Case, blanks and dashes don't matter. */
export function hashCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s\p{Pd}\p{DI}]+/gu, '')
  return CODE.test(code) ? createHash('sha256').update(`code ${code}`).digest('base64url') : undefined
}
