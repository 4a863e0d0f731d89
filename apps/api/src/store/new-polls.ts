import { isPast, PAST_TIME } from '@pollcast/shared/settings'
import { IsNull } from 'typeorm'
import { invalidFields, PollError } from '../polls/errors.ts'
import { fingerprintOf } from '../polls/idempotency.ts'
import { kindOf } from '../polls/kinds/index.ts'
import { checkExists } from '../polls/policy.ts'
import type { PollRecord } from '../polls/ports.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { isDuplicate } from './database-errors.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { type HostTransactions, writeRoom } from './host-transactions.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import type { PollInserts } from './poll-inserts.ts'
import { readPoll } from './poll-statements.ts'
import type { RoomInserts } from './room-inserts.ts'
import type { Transaction, Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/** Makes polls, each in a room of its own or in one whose host asks for it; the same one where the same request comes again. */
export class NewPolls {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #host: HostTransactions
  readonly #polls: PollInserts
  readonly #rooms: RoomInserts

  constructor(
    { transactions, voteSql }: Pick<WritableDatabase, 'transactions' | 'voteSql'>,
    host: HostTransactions,
    polls: PollInserts,
    rooms: RoomInserts,
  ) {
    this.#transactions = transactions
    this.#sql = voteSql
    this.#host = host
    this.#polls = polls
    this.#rooms = rooms
  }

  async create(record: PollRecord): Promise<{ poll: PollState; isNew: boolean }> {
    const run = () => {
      return this.#transactions.run(
        (transaction) => this.#findOrInsert(transaction, record),
        record.idempotencyScope === undefined ? undefined : 'repeatable',
      )
    }
    // Another node was asked for the same poll, or chose the same code for a room, at the same moment: by now its
    // transaction is over.
    const made = await run().catch((error) => (isDuplicate(error) ? run() : Promise.reject(error)))
    if (made instanceof PollError) throw made
    return made
  }

  async #findOrInsert(transaction: Transaction, record: PollRecord) {
    const { query, manager } = transaction
    const { id: pollId, idempotencyScope } = record
    if (idempotencyScope === undefined) return this.#insertInto(transaction, record)
    const request = { pollId, idempotencyScope }
    const known = await IdempotencyKeys.read(query, this.#sql, [request])
    const asked = fingerprintOf(record)
    const isKnown = known.isRepeat(request, asked)
    if (isKnown instanceof PollError) return isKnown
    const found = await readPoll(manager, this.#sql, pollId)
    if (found) return repeated(found, record, isKnown)
    const made = await this.#insertInto(transaction, record)
    if (made instanceof PollError) return made
    known.add(request, asked)
    await known.write(query, this.#sql)
    return made
  }

  async #insertInto(transaction: Transaction, record: PollRecord) {
    if (record.closesAt !== null && isPast(record.closesAt)) {
      return invalidFields('invalid-body', [{ path: 'closesAt', message: PAST_TIME }])
    }
    if (!('code' in record.room)) {
      const wanted = { title: '', hostKeyHash: record.room.newHostKeyHash, currentPollId: record.id }
      const room = await this.#rooms.insert(wanted, transaction)
      if (room instanceof PollError) return room
      return this.#insert(room, record, transaction)
    }
    const room = await this.#host.hostedRoom(transaction, record.room)
    if (room instanceof PollError) return room
    await this.#host.lockCurrent(transaction, room)
    // A room's first poll is on at once. Of another one only the host is told.
    const where = { roomCode: room.code, deletedAt: IsNull() }
    const isFirst = !(await transaction.manager.existsBy(PollEntity, where))
    const change = isFirst ? { currentPollId: record.id } : {}
    const made = await this.#insert({ ...room, ...change }, record, transaction)
    if (made instanceof PollError) return made
    const written = await writeRoom(transaction, room, isFirst ? 'public' : 'host', change)
    return { ...made, poll: { ...made.poll, room: written } }
  }

  async #insert(room: RoomState, record: PollRecord, transaction: Transaction) {
    const poll = await this.#polls.into(room, record, transaction)
    if (poll instanceof PollError) return poll
    await this.#host.writeLog(transaction, room.code, ['created'], poll.id)
    return { poll, isNew: true }
  }
}

/**
 * The poll that is there already, if it is the one asked for, by its host.
 *
 * @param isKnown whether it is known to have been asked for like this. Keys are remembered for a day: later, what the poll is
 *   has to do
 */
function repeated(
  found: PollState,
  record: PollRecord,
  isKnown: boolean,
): PollError | { poll: PollState; isNew: boolean } {
  const deleted = checkExists(found)
  if (deleted) return deleted
  const isHosts =
    'code' in record.room ? record.room.code === found.room.code : record.room.newHostKeyHash === found.room.hostKeyHash
  return isHosts && (isKnown || isSamePoll(found, record))
    ? { poll: found, isNew: false }
    : new PollError(
        'idempotency-key-reused',
        'This Idempotency-Key came with another poll before. A new poll needs a new key.',
      )
}

function isSamePoll(found: PollState, { question, choices, minChoices, maxChoices }: PollRecord): boolean {
  const source = kindOf(found).source(found.content)
  return found.question === question && JSON.stringify(source) === JSON.stringify({ choices, minChoices, maxChoices })
}
