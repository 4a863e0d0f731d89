import { createHash, randomBytes } from 'node:crypto'
import { checkExists, checkHost, checkRoomExists } from './policy.ts'
import type { HostRequest, PollReader, RoomRequest } from './ports.ts'

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
