import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { NewPoll } from '@pollcast/shared/poll'
import type { PollStore, StoredPoll } from './poll-store.ts'

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

/** An id that people read off a screen and type: 8 of 31 unmistakable signs, 850 billion of them. */
const pollIdOf = (random: Buffer) =>
  Array.from({ length: 8 }, (_, n) => LETTERS[random.readUInt32LE(n * 4) % LETTERS.length]).join('')

/** What makes a poll that is asked for again the same one: a secret of the server's, and one of the client's. */
export interface PollSeed {
  serverKey: string
  /** The idempotency key, which is the voter's own where one is known. */
  key: string
  voterId: string | undefined
}

/**
 * The host key is the only proof of who made the poll: it is told to them, and only its hash is kept. With a seed, id and
 * host key are made from it, so that the answer can be given again.
 */
export async function createPoll(
  poll: NewPoll,
  store: Pick<PollStore, 'create'>,
  seed?: PollSeed,
): Promise<{ poll: StoredPoll; hostKey: string }> {
  const id = pollIdOf(seed ? derive(seed, 'poll id') : randomBytes(32))
  const hostKey = (seed ? derive(seed, 'host key') : randomBytes(32)).subarray(0, 24).toString('base64url')
  const hostKeyHash = createHash('sha256').update(hostKey).digest('hex')
  return { poll: await store.create({ ...poll, id, hostKeyHash, ...(seed && { isRepeatable: true }) }), hostKey }
}

/** 32 bytes. The purpose has a blank in it, which no voter's id has: so they are no signature of a voter's. */
const derive = ({ serverKey, key, voterId = '' }: PollSeed, purpose: 'poll id' | 'host key') =>
  createHmac('sha256', serverKey)
    .update(JSON.stringify([purpose, voterId, key]))
    .digest()
