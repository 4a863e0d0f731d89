import { createHash } from 'node:crypto'
import type { HostRequest, PollReader } from './ports.ts'

/** What is kept of a host key, which is told to nobody but the host: SHA-256, in hex. */
export const hashHostKey = (hostKey: string): string => createHash('sha256').update(hostKey).digest('hex')

/**
 * A host's request for a writer. Rejects with a PollError where the poll is not there or the key is not its host's: a
 * wrong key waits for no writer, and locks nothing. The writer checks again, in its transaction.
 */
export async function hostRequest(
  pollId: string,
  hostKey: string,
  reader: Pick<PollReader, 'requireHost'>,
): Promise<HostRequest> {
  const request = { pollId, hostKeyHash: hashHostKey(hostKey) }
  await reader.requireHost(request)
  return request
}
