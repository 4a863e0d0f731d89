import type { PollChanged, Signal } from '../events.ts'
import { hostRequest } from '../host-key.ts'
import type { PollReader, PollWriter } from '../ports.ts'
import type { PollState } from '../state.ts'

/** What a host may change. */
export type PollChange = Pick<PollState, 'status'>

/** The poll as the change leaves it; the same object where that is how it was. */
export function applyChange(poll: PollState, { status }: PollChange): PollState {
  return status === poll.status ? poll : { ...poll, status, revision: poll.revision + 1 }
}

/**
 * Changes a poll for its host and, once that is committed and only if it made a difference, says so. Rejects with a
 * PollError where the poll is not there or the key is not its host's.
 */
export async function changePoll(
  pollId: string,
  hostKey: string,
  change: PollChange,
  reader: Pick<PollReader, 'requireHost'>,
  writer: Pick<PollWriter, 'change'>,
  pollChanged: Signal<PollChanged>,
): Promise<PollState> {
  const request = await hostRequest(pollId, hostKey, reader)
  const { poll, changed } = await writer.change({ ...request, ...change })
  if (changed) pollChanged.emit({ type: poll.status === 'closed' ? 'closed' : 'changed', poll })
  return poll
}
