import type { PollChange } from '@pollcast/shared/settings'
import type { PollChanged, Signals } from '../events.ts'
import { hostScope } from '../idempotency.ts'
import type { BurstChange, HostRequest, PollWriter } from '../ports.ts'
import type { PollState } from '../state.ts'
import { pollIdOf } from './create-poll.ts'

/*
 * What a host may do with a poll. Each command writes and, once that is committed and only if it made a difference,
 * says so. They reject with a PollError where the poll is not there, the key is not its host's, or a rule is broken.
 */

/** Changes wording, settings, status or timer. */
export async function changePoll(
  request: HostRequest,
  change: PollChange,
  writer: Pick<PollWriter, 'change'>,
  signals: Signals,
): Promise<PollState> {
  const { poll, changed } = await writer.change({ ...request, change })
  if (changed) tell(signals, change.status === 'closed' ? 'closed' : 'changed', poll)
  return poll
}

/** Starts over at zero. The round before is kept. With an idempotency key it is done once. */
export async function startRound(
  request: HostRequest,
  writer: Pick<PollWriter, 'startRound'>,
  signals: Signals,
  key?: string,
): Promise<PollState> {
  const idempotencyScope = key === undefined ? undefined : hostScope(key, 'round', request.pollId)
  const { poll, isNew } = await writer.startRound({ ...request, idempotencyScope })
  if (isNew) tell(signals, 'round-started', poll)
  return poll
}

/** Has the votes of a burst count no more, or again. */
export async function voidBurst(
  request: HostRequest,
  change: BurstChange,
  writer: Pick<PollWriter, 'voidBurst'>,
  signals: Signals,
): Promise<PollState> {
  const { poll, changed } = await writer.voidBurst({ ...request, ...change })
  if (changed) tell(signals, 'changed', poll)
  return poll
}

/** Makes a poll like this one, without votes, last in the room. @param newId the same where it is asked for again */
export async function copyPoll(
  request: HostRequest,
  writer: Pick<PollWriter, 'copy'>,
  signals: Signals,
  newId = pollIdOf(),
): Promise<PollState> {
  const { poll, isNew } = await writer.copy({ ...request, newId })
  if (isNew) tell(signals, 'created', poll)
  return poll
}

/** Deletes a poll with its ballots: all that stays is that there was one. */
export async function deletePoll(
  request: HostRequest,
  writer: Pick<PollWriter, 'delete'>,
  signals: Signals,
): Promise<void> {
  tell(signals, 'deleted', await writer.delete(request))
}

/** The room shows the poll to its host, and to all if it is on. */
function tell({ pollChanged, roomChanged }: Signals, type: PollChanged['type'], poll: PollState): void {
  pollChanged.emit({ type, poll })
  roomChanged.emit({ type: 'changed', room: poll.room })
}
