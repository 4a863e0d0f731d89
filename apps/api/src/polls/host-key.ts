import { createHash, createHmac, randomBytes } from 'node:crypto'
import { hostScope } from './idempotency.ts'
import { checkExists, checkHost, checkRoomExists } from './policy.ts'
import type { HostRequest, KeyReplacement, PollReader, RoomRequest } from './ports.ts'

/** What is kept of a host key, which is told to nobody but the host: SHA-256, in hex. */
export const hashHostKey = (hostKey: string): string => createHash('sha256').update(hostKey).digest('hex')

/** A host key, made of 24 random bytes or more. */
export const hostKeyOf = (bytes: Buffer = randomBytes(24)): string => bytes.subarray(0, 24).toString('base64url')

/**
 * A host's request for a writer. Rejects with a PollError where the poll is not there or the key is not its host's: a
 * wrong key waits for no writer, and locks nothing. The writer checks again, in its transaction.
 */
export async function hostRequest(
  pollId: string,
  hostKey: string,
  reader: Pick<PollReader, 'find'>,
): Promise<HostRequest> {
  const hostKeyHash = hashHostKey(hostKey)
  const poll = await reader.find(pollId)
  const refused = checkExists(poll) ?? checkHost(poll.room, hostKeyHash)
  if (refused) throw refused
  return { pollId, hostKeyHash }
}

/** The same for a room. */
export async function roomRequest(
  code: string,
  hostKey: string,
  reader: Pick<PollReader, 'findRoom'>,
): Promise<RoomRequest> {
  const hostKeyHash = hashHostKey(hostKey)
  const { room } = await reader.findRoom(code)
  const refused = checkRoomExists(room) ?? checkHost(room, hostKeyHash)
  if (refused) throw refused
  return { code, hostKeyHash }
}

/** A secret of the server's, and one of the client's: what makes a key that is asked for again the same one. */
export interface KeySeed {
  serverKey: string
  /** The idempotency key. */
  key: string
}

/** What a room's host is given in place of their key, and the request for it. */
export interface NewHostKey {
  hostKey: string
  request: KeyReplacement
}

export function newHostKey(request: RoomRequest, seed?: KeySeed): NewHostKey {
  const hostKey = hostKeyOf(seed && derive(request, seed))
  const newHostKeyHash = hashHostKey(hostKey)
  if (!seed) return { hostKey, request: { ...request, newHostKeyHash } }
  const idempotencyScope = hostScope(seed.key, 'key', `${request.code} ${request.hostKeyHash}`)
  return { hostKey, request: { ...request, newHostKeyHash, idempotencyScope } }
}

/**
 * The same for a host, as `roomRequest` is. The key that comes with it may be the one that was replaced by this very request,
 * whose answer was lost: with the seed, who has it is told the new one. The writer knows whether that was lately.
 */
export async function keyReplacement(
  code: string,
  hostKey: string,
  reader: Pick<PollReader, 'findRoom'>,
  seed?: KeySeed,
): Promise<NewHostKey> {
  const replacement = newHostKey({ code, hostKeyHash: hashHostKey(hostKey) }, seed)
  const { hostKeyHash, newHostKeyHash } = replacement.request
  const { room } = await reader.findRoom(code)
  const isReplaced = room.hostKeyHash === newHostKeyHash
  const refused = checkRoomExists(room) ?? (isReplaced ? undefined : checkHost(room, hostKeyHash))
  if (refused) throw refused
  return replacement
}

/** 32 bytes: they are of the key that is replaced, so that each has another one. */
const derive = ({ code, hostKeyHash }: RoomRequest, { serverKey, key }: KeySeed): Buffer =>
  createHmac('sha256', serverKey)
    // No voter's id has a bracket in it, so this is never the signature of a voter's cookie.
    .update(JSON.stringify(['new host key', code, hostKeyHash, key]))
    .digest()
