import { IsNull, Not } from 'typeorm'
import { PollError } from '../polls/errors.ts'
import type { RoomState } from '../polls/state.ts'
import type { Capacity } from './capacity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { freeRoomCode } from './room-codes.ts'
import type { Transaction } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

interface NewRoom {
  title: string
  hostKeyHash: string
  /** The poll that it is made for. */
  currentPollId: string | null
}

/** Makes rooms, as many as there may be. */
export class RoomInserts {
  readonly #sql: VoteSql
  readonly #maxRooms: number | undefined

  constructor(sql: VoteSql, { maxRooms }: Pick<Capacity, 'maxRooms'>) {
    this.#sql = sql
    this.#maxRooms = maxRooms
  }

  async insert(wanted: NewRoom, transaction: Transaction): Promise<RoomState | PollError> {
    const full = await this.#full(transaction)
    if (full) return full
    const createdAt = new Date().toISOString()
    const room: RoomState = {
      ...wanted,
      code: await freeRoomCode(transaction),
      revision: 1,
      publicRevision: 1,
      createdAt,
      deletesAt: null,
      deletedAt: null,
    }
    await transaction.manager.insert(RoomEntity, { ...room, activeAt: createdAt })
    return room
  }

  async #full({ manager, query }: Transaction): Promise<PollError | undefined> {
    if (this.#maxRooms === undefined) return undefined
    // So that two nodes can't both take the last place.
    if (this.#sql.lockNewPolls) await query(this.#sql.lockNewPolls)
    // The rooms of the demo polls have no host, and nobody can delete them.
    const there = await manager.countBy(RoomEntity, { deletedAt: IsNull(), hostKeyHash: Not('') })
    if (there < this.#maxRooms) return undefined
    return new PollError(
      'server-full',
      'This server has as many rooms as it may have. Add the poll to a room of yours, or delete one.',
    )
  }
}
