import { createHmac, randomInt } from 'node:crypto'
import type { RoomChange } from '@pollcast/shared/room'
import { hashCode } from '../ballot-id.ts'
import type { Signals } from '../events.ts'
import { hashHostKey, hostKeyOf, type NewHostKey } from '../host-key.ts'
import { hostScope } from '../idempotency.ts'
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
  { hostKey, request }: NewHostKey,
  writer: Pick<PollWriter, 'replaceHostKey'>,
  signals: Signals,
): Promise<string> {
  tell(signals, 'changed', await writer.replaceHostKey(request), 'changed')
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

/**
 * Makes one-time codes for the room. Only their hashes are kept, so they can't be told again later: with a seed they are made
 * from it, and the same ones are told where the answer was lost.
 */
export async function issueCodes(
  request: RoomRequest,
  count: number,
  writer: Pick<PollWriter, 'addCodes'>,
  seed?: { serverKey: string; key: string },
): Promise<string[]> {
  const letters = seed ? derivedLetters(seed, request.code, count) : randomLetters()
  const codes = new Set<string>()
  while (codes.size < count) codes.add(codeOf(letters))
  const codeHashes = [...codes].map((code) => hashCode(code) as string)
  const idempotencyScope = seed && hostScope(seed.key, 'codes', request.code)
  await writer.addCodes({ ...request, codeHashes, idempotencyScope })
  return [...codes]
}

const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** Ten characters, 49 bits, in two groups: "7KQ2M-4XWPA". */
function codeOf(letters: Iterator<string, never>): string {
  const group = () => Array.from({ length: 5 }, () => letters.next().value).join('')
  return `${group()}-${group()}`
}

function* randomLetters(): Generator<string, never> {
  for (;;) yield CODE_LETTERS[randomInt(CODE_LETTERS.length)] as string
}

/** Without end, always the same, and without the server's key as good as random. */
function* derivedLetters(
  { serverKey, key }: { serverKey: string; key: string },
  roomCode: string,
  count: number,
): Generator<string, never> {
  for (let block = 0; ; block += 1) {
    const bytes = createHmac('sha256', serverKey)
      .update(JSON.stringify(['one-time codes', roomCode, key, count, block]))
      .digest()
    // What is above the last multiple of their number would make some letters more frequent.
    for (const byte of bytes)
      if (byte < 256 - (256 % CODE_LETTERS.length)) yield CODE_LETTERS[byte % CODE_LETTERS.length] as string
  }
}

function tell(
  { pollChanged, roomChanged }: Signals,
  type: 'changed' | 'moved' | 'deleted',
  { room, changed, polls }: ChangedRoom,
  ofPolls: 'closed' | 'changed' | 'deleted' = 'closed',
): void {
  if (!changed) return
  roomChanged.emit({ type, room })
  for (const poll of polls) pollChanged.emit({ type: ofPolls, poll })
}
