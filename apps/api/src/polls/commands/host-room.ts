import { randomInt } from 'node:crypto'
import type { RoomChange } from '@pollcast/shared/room'
import { hashCode } from '../ballot-id.ts'
import type { Signals } from '../events.ts'
import { hashHostKey, hostKeyOf } from '../host-key.ts'
import type { ChangedRoom, PollWriter, RoomRequest } from '../ports.ts'
import type { RoomState } from '../state.ts'

/*
 * What a host may do with a room. Each command writes and, once that is committed and only if it made a difference,
 * says so. They reject with a PollError where the room is not there, the key is not its host's, or a rule is broken.
 */

/** Makes a room without polls. Its host's key is told once. */
export async function createRoom(
  title: string,
  writer: Pick<PollWriter, 'createRoom'>,
  { roomChanged }: Signals,
): Promise<{ room: RoomState; hostKey: string }> {
  const hostKey = hostKeyOf()
  const room = await writer.createRoom({ title, hostKeyHash: hashHostKey(hostKey) })
  roomChanged.emit({ type: 'created', room })
  return { room, hostKey }
}

/** Moves the room to another poll, or changes its title or the order of its polls. */
export async function changeRoom(
  request: RoomRequest,
  change: RoomChange,
  writer: Pick<PollWriter, 'changeRoom'>,
  signals: Signals,
): Promise<RoomState> {
  const changed = await writer.changeRoom({ ...request, change })
  tell(signals, change.currentPollId === undefined ? 'changed' : 'moved', changed, 'closed')
  return changed.room
}

/** Gives the room another host key in place of one that got out. */
export async function replaceHostKey(
  request: RoomRequest,
  writer: Pick<PollWriter, 'replaceHostKey'>,
  signals: Signals,
): Promise<string> {
  const hostKey = hostKeyOf()
  tell(
    signals,
    'key-replaced',
    await writer.replaceHostKey({ ...request, newHostKeyHash: hashHostKey(hostKey) }),
    'changed',
  )
  return hostKey
}

/** Deletes a room with its polls. Its code is free again after 30 days. */
export async function deleteRoom(
  request: RoomRequest,
  writer: Pick<PollWriter, 'deleteRoom'>,
  signals: Signals,
): Promise<void> {
  tell(signals, 'deleted', await writer.deleteRoom(request), 'deleted')
}

/** Makes one-time codes for the room. They are told once: only their hashes are kept. */
export async function issueCodes(
  request: RoomRequest,
  count: number,
  writer: Pick<PollWriter, 'addCodes'>,
): Promise<string[]> {
  const codes = new Set<string>()
  while (codes.size < count) codes.add(newCode())
  const codeHashes = [...codes].map((code) => hashCode(code) as string)
  await writer.addCodes({ ...request, codeHashes })
  return [...codes]
}

const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** Ten characters, 49 bits, in two groups: "7KQ2M-4XWPA". */
const newCode = () =>
  Array.from({ length: 10 }, (_, n) => (n === 5 ? '-' : '') + CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('')

function tell(
  { pollChanged, roomChanged }: Signals,
  type: 'changed' | 'moved' | 'key-replaced' | 'deleted',
  { room, changed, polls }: ChangedRoom,
  ofPolls: 'closed' | 'changed' | 'deleted' = 'closed',
): void {
  if (!changed) return
  roomChanged.emit({ type, room })
  for (const poll of polls) pollChanged.emit({ type: ofPolls, poll })
}
