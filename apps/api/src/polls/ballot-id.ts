import { hash } from 'node:crypto'
import type { PollState } from './state.ts'

/** Who votes: a browser, by the id in its cookie, or a one-time code, by its hash. */
export type VoterRef = { voterId: string } | { codeHash: string }

/** Who a client can vote as: a browser keeps its cookie where a one-time code was entered. */
export interface VoterRefs {
  voterId?: string | undefined
  codeHash?: string | undefined
}

/** Which of them votes in a poll; undefined where its votes come with what the client does not have. */
export function voterIn(
  { voteMode }: Pick<PollState, 'voteMode'>,
  { voterId, codeHash }: VoterRefs,
): VoterRef | undefined {
  if (voteMode === 'code') return codeHash === undefined ? undefined : { codeHash }
  return voterId === undefined ? undefined : { voterId }
}

/**
 * What a voter's ballots in a poll are stored under. Without the server's key it tells neither who they are nor which
 * ballots of other polls are theirs, and its order tells nothing. It is the same in every round of the poll.
 *
 * A hash of key and text, of which half is kept, so that it can't be continued; each vote needs one, and an HMAC costs several
 * times as much, most of it for its object.
 */
export const ballotIdOf = (serverKey: string, pollId: string, voter: VoterRef): string =>
  hash('sha256', `${serverKey}["ballot","${pollId}","${voterKeyOf(voter)}"]`, 'base64url').slice(0, 22)

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
