import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { NewPoll } from '@pollcast/shared/poll'
import type { PollStore, StoredPoll } from './poll-store.ts'

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

/** An id that people read off a screen and type: 8 of 31 unmistakable signs, 850 billion of them. */
const newPollId = () => Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** The host key is the only proof of who made the poll: it is told once, and only its hash is kept. */
export async function createPoll(
  poll: NewPoll,
  store: Pick<PollStore, 'create'>,
): Promise<{ poll: StoredPoll; hostKey: string }> {
  const hostKey = randomBytes(24).toString('base64url')
  const hostKeyHash = createHash('sha256').update(hostKey).digest('hex')
  return { poll: await store.create({ ...poll, id: newPollId(), hostKeyHash }), hostKey }
}
