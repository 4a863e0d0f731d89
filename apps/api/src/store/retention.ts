import { In } from 'typeorm'
import { DAY_MS } from '../lib/time.ts'
import type { Retained, RetentionTimes } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import { DatabaseBusy } from './database-errors.ts'
import { buryPoll } from './delete-poll.ts'
import { HostLogEntity } from './entities/host-log-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { type HostTransactions, writeRoom } from './host-transactions.ts'
import { stateOfRoom } from './poll-rows.ts'
import type { Transaction, Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

/** Milliseconds from the day on which a room's end is told to its end. */
const NOTICE_MS = DAY_MS

/** Rows that one transaction deletes: a few milliseconds of work, after which votes that wait have their turn. */
const ROWS = 500

/** Rooms that one transaction marks. */
const ROOMS = 100

/** A room in which nothing has happened since $1, by its host or its voters. */
const IS_IDLE = `r.deleted_at IS NULL AND r.active_at < $1
  AND NOT EXISTS (SELECT 1 FROM poll AS p WHERE p.room_code = r.code AND p.voted_at >= $1)`

const TO_MARK = `SELECT r.code FROM room AS r WHERE r.deletes_at IS NULL AND ${IS_IDLE} LIMIT ${ROOMS}`
const TO_KEEP = `SELECT r.code FROM room AS r WHERE r.deletes_at IS NOT NULL AND NOT (${IS_IDLE}) LIMIT ${ROOMS}`
// SQLite numbers parameters as they first come.
const DUE = `SELECT r.code FROM room AS r WHERE ${IS_IDLE} AND r.deletes_at <= $2 LIMIT 1`
const STILL_DUE = `SELECT r.code FROM room AS r WHERE ${IS_IDLE} AND r.deletes_at <= $2 AND r.code = $3`

/** CROSS JOIN: SQLite looks the ballots of deleted polls up by their key, and does not read all there are. */
const OLD_BALLOTS = `DELETE FROM ballot WHERE (poll_id, round, id) IN (
  SELECT b.poll_id, b.round, b.id FROM poll AS p CROSS JOIN ballot AS b
  WHERE b.poll_id = p.id AND p.deleted_at IS NOT NULL LIMIT ${ROWS}
) RETURNING round`
const OLD_CODES = `DELETE FROM one_time_code WHERE (room_code, hash) IN (
  SELECT c.room_code, c.hash FROM room AS r CROSS JOIN one_time_code AS c
  WHERE c.room_code = r.code AND r.deleted_at IS NOT NULL LIMIT ${ROWS}
) RETURNING used`
/** Those of the day before are still asked for. */
const OLD_KEYS = `DELETE FROM idempotency_key WHERE (day, scope) IN (
  SELECT day, scope FROM idempotency_key WHERE day < $1 - 1 LIMIT ${ROWS}
) RETURNING day`

/** Deletes what is not to be kept any longer: a little in each transaction. */
export class Retention {
  readonly #transactions: Transactions
  readonly #host: HostTransactions
  readonly #sql: VoteSql

  constructor(transactions: Transactions, host: HostTransactions, sql: VoteSql) {
    this.#transactions = transactions
    this.#host = host
    this.#sql = sql
  }

  /** Does the next bit of what there is to do. */
  step(times: RetentionTimes): Promise<Retained> {
    return this.#transactions.run((transaction) => this.#step(times, transaction))
  }

  async #step({ idleBefore, now }: RetentionTimes, transaction: Transaction): Promise<Retained> {
    const { query, manager } = transaction
    if (this.#sql.tryRetention) {
      const [row] = await query<{ mine: boolean }>(this.#sql.tryRetention)
      // Another node is at it.
      if (!row?.mine) return DONE
    }
    const today = Math.floor(Date.parse(now) / DAY_MS)
    if ((await query(OLD_KEYS, [today])).length > 0) return MORE
    if ((await query(OLD_BALLOTS)).length > 0) return MORE
    if ((await query(OLD_CODES)).length > 0) return MORE
    const mark = async (rooms: string, deletesAt: string | null) => {
      const codes = (await query<{ code: string }>(rooms, [idleBefore])).map(({ code }) => code)
      if (codes.length > 0) await manager.update(RoomEntity, { code: In(codes) }, { deletesAt })
      return codes.length > 0
    }
    if (await mark(TO_KEEP, null)) return MORE
    if (await mark(TO_MARK, new Date(Date.parse(now) + NOTICE_MS).toISOString())) return MORE
    const [due] = await query<{ code: string }>(DUE, [idleBefore, now])
    return due ? this.#deleteRoom(due.code, { idleBefore, now }, transaction) : DONE
  }

  /** The room and its polls are deleted for all to see; their ballots and codes go in the next steps. */
  async #deleteRoom(code: string, times: RetentionTimes, transaction: Transaction): Promise<Retained> {
    const { query, manager } = transaction
    await this.#host.lockRoom(transaction, code)
    const found = await manager.findOneByOrFail(RoomEntity, { code })
    const before = stateOfRoom(found)
    const locked = await this.#host.lockPollsOf(before, transaction)
    // Somebody is using it, after all.
    if (locked instanceof DatabaseBusy) return DONE
    // Somebody has voted, or its host has come back, while this waited for the locks.
    if ((await query(STILL_DUE, [times.idleBefore, times.now, code])).length === 0) return MORE
    const buried: PollState[] = []
    for (const poll of locked) buried.push(await buryPoll(poll, transaction))
    await manager.delete(HostLogEntity, { roomCode: code })
    const end = { title: '', currentPollId: null, deletedAt: new Date().toISOString() }
    const room = await writeRoom(transaction, before, 'public', end)
    const polls = buried.map((poll) => ({ ...poll, room }))
    return { isDone: false, deleted: { room, changed: true, polls } }
  }
}

const MORE: Retained = { isDone: false, deleted: null }
const DONE: Retained = { isDone: true, deleted: null }
