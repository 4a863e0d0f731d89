import { hash } from 'node:crypto'
import type { PollState } from './state.ts'

/** Characters of a receipt: 72 bits, so that two ballots of a million have the same one in one of ten billion polls. */
export const RECEIPT_LENGTH = 12

/**
 * What a ballot is published under: always the same, and without the server's key it tells nothing of the voter, nor which
 * receipts of other polls and rounds are theirs. It begins with no dash, for a spreadsheet would take it for a formula.
 */
export const receiptOf = (
  serverKey: string,
  { id, round }: Pick<PollState, 'id' | 'round'>,
  ballotId: string,
): string =>
  hash('sha256', `${serverKey}["receipt","${id}",${round},"${ballotId}"]`, 'base64url')
    .replace(/^-+/, '')
    .slice(0, RECEIPT_LENGTH)
