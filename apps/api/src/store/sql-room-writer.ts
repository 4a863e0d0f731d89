import type { AdminRoomChange } from '@pollcast/shared/admin'
import { limits } from '@pollcast/shared/limits'
import type { RoomChange } from '@pollcast/shared/room'
import { In } from 'typeorm'
import { fieldError, invalidFields, PollError } from '../polls/errors.ts'
import { checkHost } from '../polls/policy.ts'
import type { ChangedRoom, KeyReplacement, Repeatable, RoomRequest } from '../polls/ports.ts'
import { withRevisions } from '../polls/revisions.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy, isDuplicate } from './database-errors.ts'
import { deletePoll } from './delete-poll.ts'
import { HostLogEntity } from './entities/host-log-entity.ts'
import { OneTimeCodeEntity } from './entities/one-time-code-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { type HostTransactions, writePoll, writeRoom } from './host-transactions.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import type { RoomInserts } from './room-inserts.ts'
import type { Transaction, Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/** Hashes that are written at once. */
const CODES_AT_ONCE = 500

/** The part of the writer that writes rooms. */
export class SqlRoomWriter {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #host: HostTransactions
  readonly #inserts: RoomInserts

  constructor(
    { transactions, voteSql }: Pick<WritableDatabase, 'transactions' | 'voteSql'>,
    host: HostTransactions,
    inserts: RoomInserts,
  ) {
    this.#transactions = transactions
    this.#sql = voteSql
    this.#host = host
    this.#inserts = inserts
  }

  async create(wanted: { title: string; hostKeyHash: string }): Promise<RoomState> {
    const work = (transaction: Transaction) => this.#inserts.insert({ ...wanted, currentPollId: null }, transaction)
    const run = () => this.#transactions.run(work)
    // Another node chose the same code at the same moment.
    const room = await run().catch((error) => (isDuplicate(error) ? run() : Promise.reject(error)))
    if (room instanceof PollError) throw room
    return room
  }

  change({ change, ...request }: RoomRequest & { change: RoomChange }): Promise<ChangedRoom> {
    let closed: PollState[] = []
    return this.#host.withRoom(request, async (before, transaction) => {
      const title = change.title ?? before.title
      const order = change.pollIds && (await this.#reorder(before, change.pollIds, transaction))
      if (order instanceof PollError) return order
      const moved = await this.#move(before, change, transaction)
      if (moved instanceof PollError) return moved
      const currentPollId = moved ? moved.currentPollId : before.currentPollId
      if (!moved && !order && title === before.title) {
        // An attempt whose COMMIT got no response may have closed the poll that was on.
        const polls = await this.#host.lockPolls(transaction, transaction.inDoubt ? closed.map(({ id }) => id) : [])
        return { room: before, changed: transaction.inDoubt, polls }
      }
      if (!moved) await this.#host.lockCurrent(transaction, before)
      const room = await writeRoom(transaction, before, moved || title !== before.title ? 'public' : 'host', {
        title,
        currentPollId,
      })
      closed = (moved?.closed ?? []).map((poll) => ({ ...poll, room }))
      return { room, changed: true, polls: closed }
    })
  }

  replaceHostKey({ newHostKeyHash, idempotencyScope, ...request }: KeyReplacement): Promise<ChangedRoom> {
    return this.#host.withRoom({ ...request, newHostKeyHash }, async (before, transaction) => {
      const keyed = { pollId: '', idempotencyScope }
      const known = await IdempotencyKeys.read(transaction.query, this.#sql, [keyed])
      if (before.hostKeyHash === newHostKeyHash) {
        // By an attempt whose COMMIT got no response, or by a request that was sent before.
        if (transaction.inDoubt) return { room: before, changed: true, polls: [] }
        if (known.isRepeat(keyed, null) === true) return { room: before, changed: false, polls: [] }
        // Too long ago.
        return checkHost(before, request.hostKeyHash) ?? { room: before, changed: false, polls: [] }
      }
      const found = await this.#host.lockPollsOf(before, transaction)
      if (found instanceof DatabaseBusy) return found
      const room = await writeRoom(transaction, before, 'host', { hostKeyHash: newHostKeyHash }, !request.isAdmins)
      // What the host sees of the polls moves too, so that streams with the old key end on every node.
      const polls = found.map((poll) => ({ ...poll, revision: poll.revision + 1, room }))
      for (const poll of polls) await writePoll(transaction, poll)
      await this.#host.writeLog(
        transaction,
        room.code,
        [request.isAdmins ? 'admin-key-replaced' : 'key-replaced'],
        null,
      )
      known.add(keyed, null)
      await known.write(transaction.query, this.#sql)
      return { room, changed: true, polls }
    })
  }

  delete(request: RoomRequest): Promise<ChangedRoom> {
    return this.#host.withRoom(
      request,
      async (before, transaction) => {
        const { manager } = transaction
        const roomCode = before.code
        // By an attempt whose COMMIT got no response.
        if (before.deletedAt !== null) {
          const rows = await manager.find(PollEntity, { select: { id: true }, where: { roomCode } })
          const ids = rows.map(({ id }) => id)
          return { room: before, changed: true, polls: await this.#host.lockPolls(transaction, ids) }
        }
        const found = await this.#host.lockPollsOf(before, transaction)
        if (found instanceof DatabaseBusy) return found
        const polls: PollState[] = []
        for (const poll of found) polls.push(await deletePoll(poll, transaction))
        await manager.delete(OneTimeCodeEntity, { roomCode })
        await manager.delete(HostLogEntity, { roomCode })
        const deletedAt = new Date().toISOString()
        const room = await writeRoom(transaction, before, 'public', { title: '', currentPollId: null, deletedAt })
        return { room, changed: true, polls: polls.map((poll) => ({ ...poll, room })) }
      },
      'deletes',
    )
  }

  settle(code: string, action: AdminRoomChange['action']): Promise<ChangedRoom> {
    return this.#host.withRoom({ code, hostKeyHash: '', isAdmins: true }, async (before, transaction) => {
      const found = await this.#host.lockPollsOf(before, transaction)
      if (found instanceof DatabaseBusy) return found
      const concerned = found.filter(({ status, listed }) => (action === 'close' ? status === 'open' : listed))
      // A change committed by an attempt whose response was lost still has to be published.
      if (concerned.length === 0) return { room: before, changed: transaction.inDoubt, polls: found }
      const polls: PollState[] = []
      for (const poll of concerned) {
        const change = action === 'close' ? ({ status: 'closed', closesAt: null } as const) : { listed: false }
        polls.push(withRevisions(poll, { ...poll, ...change }))
      }
      for (const poll of polls) {
        await writePoll(transaction, poll)
        await this.#host.writeLog(transaction, code, [action === 'close' ? 'admin-closed' : 'admin-unlisted'], poll.id)
      }
      const room = await writeRoom(transaction, before, 'host', {}, false)
      return { room, changed: true, polls: polls.map((poll) => ({ ...poll, room })) }
    })
  }

  /** That it is to be deleted is taken back. Its deletion looks again at what has happened in it. */
  keep(code: string): Promise<void> {
    return this.#transactions.run(async ({ manager }) => {
      await manager.update(RoomEntity, { code }, { deletesAt: null })
    }, 'repeatable')
  }

  async addCodes({
    codeHashes,
    idempotencyScope,
    ...request
  }: RoomRequest & Repeatable & { codeHashes: readonly string[] }): Promise<void> {
    await this.#host.withRoom(request, async ({ code: roomCode }, transaction) => {
      const { query, manager } = transaction
      const [first = ''] = codeHashes
      const keyed = { pollId: '', idempotencyScope }
      const known = await IdempotencyKeys.read(query, this.#sql, [keyed])
      const repeat = known.isRepeat(keyed, codeHashes.length)
      if (repeat instanceof PollError) return repeat
      // By an attempt whose COMMIT got no response, or by a request that was sent before.
      if (await manager.existsBy(OneTimeCodeEntity, { roomCode, hash: first })) return true
      const issued = await manager.countBy(OneTimeCodeEntity, { roomCode })
      if (issued + codeHashes.length > limits.codesInRoom) {
        return new PollError('room-full', `A room has ${limits.codesInRoom} codes at most, and this one has ${issued}.`)
      }
      for (let start = 0; start < codeHashes.length; start += CODES_AT_ONCE) {
        const rows = codeHashes.slice(start, start + CODES_AT_ONCE).map((hash) => ({ roomCode, hash, used: 0 }))
        await manager.insert(OneTimeCodeEntity, rows)
      }
      known.add(keyed, codeHashes.length)
      await known.write(query, this.#sql)
      await this.#host.writeLog(transaction, roomCode, ['codes-issued'], null)
      await manager.update(RoomEntity, { code: roomCode }, { activeAt: new Date().toISOString(), deletesAt: null })
      return true
    })
  }

  /** What comes of a move; undefined where the room stays where it is. */
  async #move(
    room: RoomState,
    { currentPollId, closePrevious = true }: RoomChange,
    transaction: Transaction,
  ): Promise<{ currentPollId: string | null; closed: PollState[] } | PollError | undefined> {
    if (currentPollId === undefined || currentPollId === room.currentPollId) return undefined
    const asked = [room.currentPollId, currentPollId].filter((id) => id !== null)
    const there = await transaction.manager.find(PollEntity, { select: { id: true }, where: { id: In(asked) } })
    const polls = await this.#host.lockPolls(
      transaction,
      there.map(({ id }) => id),
    )
    if (polls.length < there.length) return new DatabaseBusy()
    const next = polls.find(({ id }) => id === currentPollId)
    if (currentPollId !== null && !next) return notInRoom()
    if (next && (next.room.code !== room.code || next.deletedAt !== null)) return notInRoom()
    if (next && !next.isKnown) await writePoll(transaction, { ...next, isKnown: true })
    const closed: PollState[] = []
    const previous = polls.find(({ id }) => id === room.currentPollId)
    if (closePrevious && previous?.status === 'open') {
      const poll = withRevisions(previous, { ...previous, status: 'closed', closesAt: null })
      await writePoll(transaction, poll)
      await this.#host.writeLog(transaction, room.code, ['closed'], poll.id)
      closed.push(poll)
    }
    await this.#host.writeLog(transaction, room.code, ['moved'], currentPollId)
    return { currentPollId, closed }
  }

  /** Puts the room's polls into this order. False where they are in it. */
  async #reorder(
    { code }: RoomState,
    pollIds: readonly string[],
    transaction: Transaction,
  ): Promise<boolean | PollError> {
    const { manager } = transaction
    const polls = await manager.find(PollEntity, {
      select: { id: true, deletedAt: true },
      where: { roomCode: code },
      order: { position: 'ASC', sequence: 'ASC' },
    })
    const ids = polls.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id)
    if (pollIds.length !== ids.length || ids.some((id) => !pollIds.includes(id))) {
      return invalidFields('invalid-body', [
        { path: 'pollIds', message: `Name each of the room's ${ids.length} polls once.` },
      ])
    }
    if (pollIds.every((id, index) => id === ids[index])) return false
    await this.#host.lockPolls(transaction, [], ids)
    for (const [index, id] of pollIds.entries()) await manager.update(PollEntity, { id }, { position: index + 1 })
    return true
  }
}

const notInRoom = () => fieldError('poll-of-another-room', 'currentPollId', 'There is no such poll in this room.')
