import { randomInt } from 'node:crypto'
import { DAY_MS } from '../lib/time.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import type { Transaction } from './transactions.ts'

const MIN_DIGITS = 6

/** Codes of one length get scarce, and easy to guess, when more than this share of them is taken. */
const MAX_SHARE = 1 / 100

/** For so long nobody who types a deleted room's code gets into another one. */
const FREE_AFTER_MS = 30 * DAY_MS

const drawCode = (digits: number) => String(randomInt(10 ** digits)).padStart(digits, '0')

/** A code that no room has. Another node may take it meanwhile: then the room's insertion fails as a duplicate. */
export async function freeRoomCode(
  { query, manager }: Pick<Transaction, 'query' | 'manager'>,
  draw = drawCode,
): Promise<string> {
  const counts = await query<{ digits: number; taken: number }>(
    `SELECT length(code) AS digits, count(*) AS taken FROM room
    WHERE deleted_at IS NULL OR deleted_at > $1 GROUP BY length(code)`,
    [new Date(Date.now() - FREE_AFTER_MS).toISOString()],
  )
  const takenOf = (digits: number) => Number(counts.find((one) => Number(one.digits) === digits)?.taken ?? 0)
  let digits = MIN_DIGITS
  while (takenOf(digits) >= 10 ** digits * MAX_SHARE) digits += 1
  for (;;) {
    const code = draw(digits)
    const room = await manager.findOneBy(RoomEntity, { code })
    if (!room) return code
    if (room.deletedAt === null || Date.now() - Date.parse(room.deletedAt) < FREE_AFTER_MS) continue
    // Its polls are still to be known as deleted: they keep their room, under a code that nobody can type.
    const old = `${code} ${room.deletedAt}`
    await manager.update(RoomEntity, { code }, { code: old })
    await manager.update(PollEntity, { roomCode: code }, { roomCode: old })
    return code
  }
}
