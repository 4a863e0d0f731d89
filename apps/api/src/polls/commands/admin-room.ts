import type { AdminRoomChange } from '@pollcast/shared/admin'
import type { Signals } from '../events.ts'
import { newHostKey } from '../host-key.ts'
import type { PollWriter, RoomRequest } from '../ports.ts'
import { deleteRoom, replaceHostKey } from './host-room.ts'

/*
 * What the server's admin may do with any room. Each act is in the room's log, where its host sees it, but a deletion.
 */

const asAdmin = (code: string): RoomRequest => ({ code, hostKeyHash: '', isAdmins: true })

/** Closes all of a room's polls, or takes them off the front page. */
export async function settleRoom(
  code: string,
  action: AdminRoomChange['action'],
  writer: Pick<PollWriter, 'settleRoom'>,
  { pollChanged, roomChanged }: Signals,
): Promise<void> {
  const { room, polls, changed } = await writer.settleRoom(code, action)
  if (!changed) return
  roomChanged.emit({ type: 'changed', room })
  for (const poll of polls) pollChanged.emit({ type: action === 'close' ? 'closed' : 'changed', poll })
}

export const deleteAnyRoom = (code: string, writer: PollWriter, signals: Signals): Promise<void> =>
  deleteRoom(asAdmin(code), writer, signals)

/** A host key in place of one that was lost. */
export const replaceAnyKey = (code: string, writer: PollWriter, signals: Signals): Promise<string> =>
  replaceHostKey(newHostKey(asAdmin(code)), writer, signals)
