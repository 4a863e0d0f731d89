import { hash } from 'node:crypto'
import { groupOf } from './voter-id.ts'

/** Who votes: a browser, by the id in its cookie, or a one-time code, by its hash. */
export type VoterRef = { voterId: string } | { codeHash: string }

/** How many characters of a ballot's id stand for its voter's group. */
const GROUP_LENGTH = 2

/**
 * What a voter's ballots in a poll are stored under. Without the server's key it tells neither who they are nor which
 * ballots of other polls are theirs. It is the same in every round of the poll.
 *
 * It begins with a pseudonym of the voter's group, so that the ballots of those who come together are on a few pages of the
 * database. Neither the order of groups nor that within a group tells anything.
 *
 * Hashes of key and text, of which half or less is kept, so that they can't be continued; each vote needs them, and an HMAC
 * costs several times as much, most of it for its object.
 */
export function ballotIdOf(serverKey: string, pollId: string, voter: VoterRef): string {
  const pseudonym = (of: string) => hash('sha256', `${serverKey}["ballot","${pollId}","${of}"]`, 'base64url')
  const group = 'voterId' in voter ? groupOf(voter.voterId) : undefined
  const start = group === undefined ? '' : pseudonym(`group ${group}`).slice(0, GROUP_LENGTH)
  return (start + pseudonym(voterKeyOf(voter))).slice(0, 22)
}

/** By which the streams of a voter are found. Never leaves the process. */
export const voterKeyOf = (voter: VoterRef): string =>
  'voterId' in voter ? `voter ${voter.voterId}` : `code ${voter.codeHash}`

/** Characters that can't be mistaken for others, as in polls' ids. */
const CODE = /^[2-9A-HJKMNP-Z]{10}$/

/** What is kept of a one-time code; undefined for a text that is none. Case, blanks and dashes don't matter. */
export function hashCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s\p{Pd}\p{DI}]+/gu, '')
  return CODE.test(code) ? hash('sha256', `code ${code}`, 'base64url') : undefined
}
