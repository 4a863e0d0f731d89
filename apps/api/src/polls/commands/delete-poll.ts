import type { PollChanged, Signal } from '../events.ts'
import { hostRequest } from '../host-key.ts'
import type { PollReader, PollWriter } from '../ports.ts'

/**
 * Deletes a poll for its host, with its ballots: all that stays is that there was one. Rejects with a PollError where
 * the poll is not there or the key is not its host's.
 */
export async function deletePoll(
  pollId: string,
  hostKey: string,
  reader: Pick<PollReader, 'requireHost'>,
  writer: Pick<PollWriter, 'delete'>,
  pollChanged: Signal<PollChanged>,
): Promise<void> {
  const poll = await writer.delete(await hostRequest(pollId, hostKey, reader))
  pollChanged.emit({ type: 'deleted', poll })
}
