import { createHmac, randomBytes } from 'node:crypto'
import type { NewPoll } from '@pollcast/shared/poll'
import type { PollChanged, Signal } from '../events.ts'
import { hashHostKey } from '../host-key.ts'
import type { PollWriter } from '../ports.ts'
import type { PollState } from '../state.ts'

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

/** An id that people read off a screen and type: 8 of 31 characters that can't be mistaken, 850 billion of them. */
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
 * The host key is the only proof of who made the poll: it is returned once, and only its hash is stored. With a seed, id
 * and host key are made from it, so that the answer can be given again.
 */
export async function createPoll(
  wanted: NewPoll,
  store: Pick<PollWriter, 'create'>,
  pollChanged: Signal<PollChanged>,
  seed?: PollSeed,
): Promise<{ poll: PollState; hostKey: string }> {
  const id = pollIdOf(seed ? derive(seed, 'poll id') : randomBytes(32))
  const hostKey = (seed ? derive(seed, 'host key') : randomBytes(32)).subarray(0, 24).toString('base64url')
  const record = {
    ...wanted,
    id,
    kind: 'choice' as const,
    hostKeyHash: hashHostKey(hostKey),
    ...(seed && { isRepeatable: true }),
  }
  const { poll, isNew } = await store.create(record)
  if (isNew) pollChanged.emit({ type: 'created', poll })
  return { poll, hostKey }
}

/** 32 bytes. No voter's id has a space in it, as the purpose has, so these are never the signature of a voter's cookie. */
const derive = ({ serverKey, key, voterId = '' }: PollSeed, purpose: 'poll id' | 'host key') =>
  createHmac('sha256', serverKey)
    .update(JSON.stringify([purpose, voterId, key]))
    .digest()
