import { IsNull } from 'typeorm'
import { PollError } from '../polls/errors.ts'
import { kindOf } from '../polls/kinds/index.ts'
import type { PollRecord } from '../polls/ports.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import type { Capacity } from './capacity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { columnsOf } from './poll-rows.ts'
import type { Transaction } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/** Puts new polls into rooms that are locked, or new. */
export class PollInserts {
  readonly #sql: VoteSql
  readonly #maxPolls: number

  constructor(sql: VoteSql, { maxPolls }: Pick<Capacity, 'maxPolls'>) {
    this.#sql = sql
    this.#maxPolls = maxPolls
  }

  /** Last in the room. It is on if the room was made for it. */
  async into(
    room: RoomState,
    record: Omit<PollRecord, 'room' | 'idempotencyScope'>,
    { manager, query }: Transaction,
  ): Promise<PollState | PollError> {
    if ((await manager.countBy(PollEntity, { roomCode: room.code, deletedAt: IsNull() })) >= this.#maxPolls) {
      return new PollError('room-full', `A room has ${this.#maxPolls} polls at most. Delete one, or make another room.`)
    }
    if (this.#sql.lockNewPolls) await query(this.#sql.lockNewPolls)
    const kind = kindOf(record)
    const sequence = ((await manager.maximum(PollEntity, 'sequence')) ?? 0) + 1
    const content = kind.content(record, { sequence, usedKeys: new Set() })
    const keys = kind.keys(content)
    const poll: PollState = {
      id: record.id,
      room,
      kind: record.kind,
      question: record.question,
      content,
      status: 'open',
      closesAt: record.closesAt,
      round: 1,
      revision: 0,
      publicRevision: 0,
      votedRevision: 0,
      voters: 0,
      counters: Object.fromEntries(keys.map((key) => [key, 0])),
      listed: record.listed,
      isKnown: room.currentPollId === record.id,
      isEdited: false,
      rewordedAt: null,
      createdAt: new Date().toISOString(),
      deletedAt: null,
      resultsVisibility: record.resultsVisibility,
      resultsFromVoters: record.resultsFromVoters,
      allowChange: record.allowChange,
      shuffleChoices: record.shuffleChoices,
      voteMode: record.voteMode,
      publishBallots: record.publishBallots,
    }
    const last = (await manager.maximum(PollEntity, 'position', { roomCode: room.code })) ?? 0
    await manager.insert(PollEntity, { ...columnsOf(poll), sequence, position: last + 1 })
    await manager.insert(
      CounterEntity,
      keys.map((key) => ({ pollId: poll.id, round: poll.round, key, value: 0 })),
    )
    return poll
  }
}
