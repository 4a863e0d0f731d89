import type { Poll } from '@pollcast/shared/poll'
import { storageOf } from '../browser/storage.ts'

/** What only the voter may see of a poll: their ballot in this round. */
export type Own = Pick<Poll, 'ownChoiceIds' | 'ownReceipt'>

interface Kept extends Own {
  pollId: string
  round: number
}

/** Ballots that one browser keeps, the newest first. */
const MOST = 100

const noBallot: Own = { ownChoiceIds: [], ownReceipt: null }

/**
 * The voter's ballots as the server told of them, kept in their browser. A stream is the same for all and has none of them:
 * when a room comes back to a poll, the page knows its own vote without a request.
 *
 * @param code the voter's one-time code: with another one they are another voter
 */
export function ownBallots(code?: string) {
  const storage = code ? storageOf<Kept[]>(`ballots ${code}`, 'tab') : storageOf<Kept[]>('ballots')
  return {
    find({ id, round }: Pick<Poll, 'id' | 'round'>): Own {
      const { ownChoiceIds, ownReceipt } =
        (storage.read() ?? []).find((kept) => kept.pollId === id && kept.round === round) ?? noBallot
      return { ownChoiceIds, ownReceipt }
    },

    keep({ id, round }: Pick<Poll, 'id' | 'round'>, { ownChoiceIds, ownReceipt }: Own): void {
      const others = (storage.read() ?? []).filter(({ pollId }) => pollId !== id)
      const own = ownChoiceIds.length > 0 ? [{ pollId: id, round, ownChoiceIds, ownReceipt }] : []
      if (own.length > 0 || others.length !== (storage.read() ?? []).length) {
        storage.write([...own, ...others].slice(0, MOST))
      }
    },
  }
}
