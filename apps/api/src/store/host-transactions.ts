import type { HostAction } from '@pollcast/shared/room'
import { IsNull } from 'typeorm'
import { PollError, pollNotFound, roomNotFound } from '../polls/errors.ts'
import { checkExists, checkHost, checkRoomExists } from '../polls/policy.ts'
import type { HostRequest, RoomRequest } from '../polls/ports.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy } from './database-errors.ts'
import { HostLogEntity } from './entities/host-log-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { columnsOf, stateOfRoom } from './poll-rows.ts'
import { readPoll, readPolls } from './poll-statements.ts'
import type { Transaction, Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'
import { queueWebhooks } from './webhook-queue.ts'

/** Work that answers with a PollError writes nothing. */
type HostWork<Subject, T> = (subject: Subject, transaction: Transaction) => Promise<T | PollError>

/**
 * Transactions for a room's host. Each has the room's row locked, and then, with one statement, the rows of its polls: votes
 * lock polls only, so that neither waits for the other in a circle, and a move is either before a vote or after it.
 *
 * Whatever changes the room's revision also locks the poll that is on: what a vote on it knows of the room is then as new
 * as what the room knows of its votes, and of two messages the newer one has the higher revision.
 */
export class HostTransactions {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #hasWebhooks: boolean

  constructor({ transactions, voteSql }: Pick<WritableDatabase, 'transactions' | 'voteSql'>, hasWebhooks: boolean) {
    this.#transactions = transactions
    this.#sql = voteSql
    this.#hasWebhooks = hasWebhooks
  }

  /** Does the work while nobody else writes the poll, if the request is its host's. */
  async withPoll<T>(
    { pollId, hostKeyHash }: HostRequest,
    work: HostWork<PollState, T>,
    deletes?: 'deletes',
  ): Promise<T> {
    return this.#run(async (transaction) => {
      const found = await readPoll(transaction.manager, this.#sql, pollId)
      if (!found) return pollNotFound()
      const current = await this.lockRoom(transaction, found.room.code)
      const [poll] = await this.lockPolls(transaction, [pollId], current)
      if (!poll) return new DatabaseBusy()
      const refused = checkHost(poll.room, hostKeyHash)
      const isDone = deletes && transaction.inDoubt && !refused
      return (isDone ? undefined : checkExists(poll)) ?? refused ?? work(poll, transaction)
    })
  }

  /** The same for a room. */
  async withRoom<T>(
    request: RoomRequest & { newHostKeyHash?: string },
    work: HostWork<RoomState, T>,
    deletes?: 'deletes',
  ): Promise<T> {
    return this.#run(async (transaction) => {
      const room = await this.hostedRoom(transaction, request, deletes)
      return room instanceof PollError ? room : work(room, transaction)
    })
  }

  /**
   * The room, locked, if the request is its host's. So is one that has replaced the key: by an attempt whose COMMIT got no
   * response, or by its idempotency key, of which the new one is made.
   */
  async hostedRoom(
    transaction: Transaction,
    { code, hostKeyHash, isAdmins, newHostKeyHash }: RoomRequest & { newHostKeyHash?: string },
    deletes?: 'deletes',
  ): Promise<RoomState | PollError> {
    await this.lockRoom(transaction, code)
    const found = await transaction.manager.findOneBy(RoomEntity, { code })
    if (!found) return roomNotFound()
    const room = stateOfRoom(found)
    const isReplaced = room.hostKeyHash === newHostKeyHash
    const refused = isReplaced || isAdmins ? undefined : checkHost(room, hostKeyHash)
    const isDone = deletes && transaction.inDoubt && !refused
    return (isDone ? undefined : checkRoomExists(room)) ?? refused ?? room
  }

  /**
   * The polls as they are when nobody else writes them; without those that others keep locked for too long.
   *
   * @param others are locked with them, but where others keep them for too long: they are not waited for any longer
   */
  async lockPolls(
    { manager, query, waitsForLocks }: Transaction,
    pollIds: readonly string[],
    others: readonly string[] = [],
  ): Promise<PollState[]> {
    const lock = waitsForLocks ? this.#sql.lockPolls : this.#sql.lockFreePolls
    if (lock === undefined) return readPolls(manager, this.#sql, pollIds)
    const locked = await query<{ id: string }>(lock, [JSON.stringify([...pollIds, ...others])])
    const ids = pollIds.filter((id) => locked.some((row) => row.id === id))
    return readPolls(manager, this.#sql, ids)
  }

  /** All of a room's polls that are there, locked. */
  async lockPollsOf({ code }: RoomState, transaction: Transaction): Promise<PollState[] | DatabaseBusy> {
    const rows = await transaction.manager.find(PollEntity, {
      select: { id: true },
      where: { roomCode: code, deletedAt: IsNull() },
    })
    const found = await this.lockPolls(transaction, rows.map(({ id }) => id).sort())
    return found.length < rows.length ? new DatabaseBusy() : found
  }

  /** For a change of the room that concerns none of its polls. */
  async lockCurrent(transaction: Transaction, { currentPollId }: RoomState): Promise<void> {
    if (currentPollId !== null) await this.lockPolls(transaction, [], [currentPollId])
  }

  /**
   * Several are locked in the order of their codes, and before any poll. Resolves with the poll that is on, to be locked with
   * the others, if there is one and it needs a lock.
   */
  async lockRoom({ query }: Transaction, code: string): Promise<string[]> {
    if (this.#sql.lockRoom === undefined) return []
    const rows = await query<{ currentPollId: string | null }>(this.#sql.lockRoom, [code])
    return rows.flatMap(({ currentPollId }) => currentPollId ?? [])
  }

  /** Writes what was done into the room's log, and what is to be told of it into the queue. The room is locked. */
  async writeLog(
    transaction: Transaction,
    roomCode: string,
    actions: readonly HostAction[],
    pollId: string | null,
  ): Promise<void> {
    if (actions.length === 0) return
    const { manager } = transaction
    const last = (await manager.maximum(HostLogEntity, 'number', { roomCode })) ?? 0
    const at = new Date().toISOString()
    const entries = actions.map((action, index) => ({ roomCode, number: last + 1 + index, at, action, pollId }))
    await manager.insert(HostLogEntity, entries)
    if (this.#hasWebhooks) await queueWebhooks(transaction, roomCode, actions, pollId)
  }

  async #run<T>(work: (transaction: Transaction) => Promise<T | PollError>): Promise<T> {
    const result = await this.#transactions.run(work, 'repeatable')
    if (result instanceof PollError) throw result
    return result
  }
}

/** Writes a poll's own columns. */
export async function writePoll({ manager }: Transaction, poll: PollState): Promise<void> {
  const { id, ...columns } = columnsOf(poll)
  await manager.update(PollEntity, { id }, columns)
}

/**
 * Writes the room with its next revision, by which the streams of its host are told. The poll that is on is locked too.
 *
 * @param shown whether all who are in it see the change
 * @param isUse whether it counts as use of the room, which keeps it from being deleted: what its host does, not the server's admin
 */
export async function writeRoom(
  { manager }: Transaction,
  room: RoomState,
  shown: 'public' | 'host',
  change: Partial<RoomState> = {},
  isUse = true,
): Promise<RoomState> {
  const revision = room.revision + 1
  const publicRevision = shown === 'public' ? room.publicRevision + 1 : room.publicRevision
  const deletesAt = isUse ? null : room.deletesAt
  const { code, ...columns } = { ...room, ...change, revision, publicRevision, deletesAt }
  await manager.update(RoomEntity, { code }, { ...columns, ...(isUse && { activeAt: new Date().toISOString() }) })
  return { code, ...columns }
}
