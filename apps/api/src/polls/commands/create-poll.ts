import { createHmac, randomBytes } from 'node:crypto'
import type { NewPoll } from '@pollcast/shared/settings'
import type { Signals } from '../events.ts'
import { hashHostKey, hostKeyOf } from '../host-key.ts'
import { hostScope } from '../idempotency.ts'
import type { PollWriter, RoomRequest } from '../ports.ts'
import type { PollState } from '../state.ts'

const LETTERS = '23456789abcdefghjkmnpqrstuvwxyz'

/** An id that people read off a screen and type: 8 of 31 characters that can't be mistaken, 850 billion of them. */
export const pollIdOf = (random: Buffer = randomBytes(32)): string =>
  Array.from({ length: 8 }, (_, n) => LETTERS[random.readUInt32LE(n * 4) % LETTERS.length]).join('')

/** What makes a poll that is asked for again the same one: a secret of the server's, and one of the client's. */
export interface PollSeed {
  serverKey: string
  /** The idempotency key, which is the voter's own where one is known. */
  key: string
  voterId: string | undefined
}

/**
 * Makes a poll: last in a room, for its host, or in a room of its own. The host key is the only proof of who made the room:
 * it is returned once, and only its hash is stored. With a seed, id and host key are made from it, so that the answer can
 * be given again. Rejects with a PollError where the room is not there or the key is not its host's.
 */
export async function createPoll(
  { roomCode: _, ...wanted }: NewPoll,
  room: RoomRequest | undefined,
  store: Pick<PollWriter, 'create'>,
  { pollChanged, roomChanged }: Signals,
  seed?: PollSeed,
): Promise<{ poll: PollState; hostKey: string | undefined }> {
  const id = pollIdOf(seed ? derive(seed, 'poll id') : undefined)
  const hostKey = room ? undefined : hostKeyOf(seed && derive(seed, 'host key'))
  const { poll, isNew } = await store.create({
    ...wanted,
    id,
    room: room ?? { newHostKeyHash: hashHostKey(hostKey ?? '') },
    ...(seed && { idempotencyScope: hostScope(seed.key, 'poll', id) }),
  })
  if (isNew) {
    pollChanged.emit({ type: 'created', poll })
    // Its host sees the poll in the list of the room.
    if (room) roomChanged.emit({ type: 'changed', room: poll.room })
  }
  return { poll, hostKey }
}

/** The id of the copy that a key stands for. */
export const copyIdOf = (serverKey: string, key: string, pollId: string): string =>
  pollIdOf(
    createHmac('sha256', serverKey)
      .update(JSON.stringify(['copy id', pollId, key]))
      .digest(),
  )

/** 32 bytes. No voter's id has a space in it, as the purpose has, so these are never the signature of a voter's cookie. */
const derive = ({ serverKey, key, voterId = '' }: PollSeed, purpose: 'poll id' | 'host key') =>
  createHmac('sha256', serverKey)
    .update(JSON.stringify([purpose, voterId, key]))
    .digest()
