import type { PollChange } from '@pollcast/shared/settings'
import { In } from 'typeorm'
import { type AppliedChange, applyChange, nextRound } from '../polls/apply-change.ts'
import { PollError } from '../polls/errors.ts'
import { kindOf } from '../polls/kinds/index.ts'
import { checkExists, GRACE_MS } from '../polls/policy.ts'
import type {
  BurstChange,
  ChangedPoll,
  HostRequest,
  PollWriter,
  RecordedVote,
  Repeatable,
  Vote,
} from '../polls/ports.ts'
import { withRevisions } from '../polls/revisions.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import { type Capacity, UNLIMITED } from './capacity.ts'
import type { WritableDatabase } from './database.ts'
import { deletePoll } from './delete-poll.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { PastRoundEntity } from './entities/past-round-entity.ts'
import { HostTransactions, writePoll, writeRoom } from './host-transactions.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import { NewPolls } from './new-polls.ts'
import { PollInserts } from './poll-inserts.ts'
import { readPoll } from './poll-statements.ts'
import { Retention } from './retention.ts'
import { RoomInserts } from './room-inserts.ts'
import { SqlRoomWriter } from './sql-room-writer.ts'
import type { Transaction, Transactions } from './transactions.ts'
import { voidBurst } from './void-burst.ts'
import { VoteBatcher } from './vote-batcher.ts'
import type { VoteSql } from './vote-sql.ts'
import { WebhookQueue } from './webhook-queue.ts'

/** Writes polls, rooms and votes to a database, one transaction at a time. With webhooks, it queues what they tell of. */
export class SqlPollWriter implements PollWriter {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #votes: VoteBatcher
  readonly #host: HostTransactions
  readonly #inserts: PollInserts
  readonly #newPolls: NewPolls
  readonly #rooms: SqlRoomWriter
  readonly #retention: Retention
  readonly #webhooks: WebhookQueue

  constructor(
    database: Pick<WritableDatabase, 'transactions' | 'voteSql' | 'read'>,
    capacity: Capacity = UNLIMITED,
    hasWebhooks = false,
  ) {
    this.#transactions = database.transactions
    this.#sql = database.voteSql
    this.#votes = new VoteBatcher(database)
    this.#host = new HostTransactions(database, hasWebhooks)
    const newRooms = new RoomInserts(database.voteSql, capacity)
    this.#inserts = new PollInserts(database.voteSql, capacity)
    this.#newPolls = new NewPolls(database, this.#host, this.#inserts, newRooms)
    this.#rooms = new SqlRoomWriter(database, this.#host, newRooms)
    this.#retention = new Retention(database.transactions, this.#host, database.voteSql)
    this.#webhooks = new WebhookQueue(database.transactions)
  }

  create: PollWriter['create'] = (record) => this.#newPolls.create(record)
  createRoom: PollWriter['createRoom'] = (room) => this.#rooms.create(room)
  changeRoom: PollWriter['changeRoom'] = (change) => this.#rooms.change(change)
  replaceHostKey: PollWriter['replaceHostKey'] = (request) => this.#rooms.replaceHostKey(request)
  deleteRoom: PollWriter['deleteRoom'] = (request) => this.#rooms.delete(request)
  settleRoom: PollWriter['settleRoom'] = (code, action) => this.#rooms.settle(code, action)
  keepRoom: PollWriter['keepRoom'] = (code) => this.#rooms.keep(code)
  retain: PollWriter['retain'] = (times) => this.#retention.step(times)
  addCodes: PollWriter['addCodes'] = (request) => this.#rooms.addCodes(request)
  takeWebhooks: PollWriter['takeWebhooks'] = (now) => this.#webhooks.take(now)
  removeWebhook: PollWriter['removeWebhook'] = (id) => this.#webhooks.remove(id)
  dropWebhooks: PollWriter['dropWebhooks'] = () => this.#webhooks.drop()

  record(vote: Vote): Promise<RecordedVote> {
    return this.#votes.record(vote)
  }

  change({ change, ...request }: HostRequest & { change: PollChange }): Promise<ChangedPoll> {
    return this.#host.withPoll(request, async (before, transaction) => {
      const applied = await this.#apply(before, change, transaction)
      if (applied instanceof PollError) return applied
      const { poll, actions } = applied
      // A change committed by an attempt whose response was lost still has to be published.
      if (poll === before) return { poll, changed: transaction.inDoubt }
      await writePoll(transaction, poll)
      await this.#addCounters(transaction, poll)
      await this.#host.writeLog(transaction, poll.room.code, actions, poll.id)
      return { poll: { ...poll, room: await writeRoom(transaction, poll.room, shownBy(before, poll)) }, changed: true }
    })
  }

  startRound(request: HostRequest & Repeatable): Promise<{ poll: PollState; isNew: boolean }> {
    let first: number | undefined
    return this.#host.withPoll(request, async (before, transaction) => {
      const { query } = transaction
      const known = await IdempotencyKeys.read(query, this.#sql, [request])
      first ??= before.round
      // By an attempt whose COMMIT got no response: it still has to be published.
      if (transaction.inDoubt && before.round > first) return { poll: before, isNew: true }
      const repeat = known.isRepeat(request, null)
      if (repeat instanceof PollError) return repeat
      if (repeat) return { poll: before, isNew: false }
      known.add(request, null)
      await known.write(query, this.#sql)
      const poll = nextRound(before)
      await transaction.manager.insert(PastRoundEntity, {
        pollId: before.id,
        round: before.round,
        question: before.question,
        content: JSON.stringify(before.content),
        voteMode: before.voteMode,
        voters: before.voters,
        endedAt: new Date().toISOString(),
      })
      await writePoll(transaction, poll)
      await this.#addCounters(transaction, poll)
      await this.#host.writeLog(transaction, poll.room.code, ['round-started'], poll.id)
      return { poll: { ...poll, room: await writeRoom(transaction, poll.room, 'host') }, isNew: true }
    })
  }

  voidBurst({ number, voided, ...request }: HostRequest & BurstChange): Promise<ChangedPoll> {
    return this.#host.withPoll(request, async (before, transaction) => {
      const poll = await voidBurst(before, { number, voided }, transaction, this.#sql)
      if (poll instanceof PollError) return poll
      // A change committed by an attempt whose response was lost still has to be published.
      if (poll === before) return { poll, changed: transaction.inDoubt }
      await this.#host.writeLog(transaction, poll.room.code, [voided ? 'burst-voided' : 'burst-restored'], poll.id)
      return { poll: { ...poll, room: await writeRoom(transaction, poll.room, 'host') }, changed: true }
    })
  }

  copy({ newId, ...request }: HostRequest & { newId: string }): Promise<{ poll: PollState; isNew: boolean }> {
    return this.#host.withPoll(request, async (poll, transaction) => {
      const made = await readPoll(transaction.manager, this.#sql, newId)
      // By an attempt whose COMMIT got no response, or by a request that was sent before.
      if (made) return checkExists(made) ?? { poll: made, isNew: transaction.inDoubt }
      const source = kindOf(poll).source(poll.content)
      const copied = await this.#inserts.into(poll.room, { ...poll, ...source, id: newId, closesAt: null }, transaction)
      if (copied instanceof PollError) return copied
      await this.#host.writeLog(transaction, poll.room.code, ['copied'], newId)
      return { poll: { ...copied, room: await writeRoom(transaction, poll.room, 'host') }, isNew: true }
    })
  }

  delete(request: HostRequest): Promise<PollState> {
    return this.#host.withPoll(
      request,
      async (before, transaction) => {
        // By an attempt whose COMMIT got no response.
        if (before.deletedAt !== null) return before
        const poll = await deletePoll(before, transaction)
        await this.#host.writeLog(transaction, poll.room.code, ['deleted'], poll.id)
        return { ...poll, room: await leaveRoom(poll, transaction) }
      },
      'deletes',
    )
  }

  closeDue(): Promise<PollState[]> {
    return this.#transactions.run(async (transaction) => {
      const limit = new Date(Date.now() - GRACE_MS).toISOString()
      const due: { id: string; roomCode: string }[] = await transaction.manager.query(DUE_POLLS, [limit])
      const rooms = new Set(due.map(({ roomCode }) => roomCode))
      const current: string[] = []
      for (const code of rooms) current.push(...(await this.#host.lockRoom(transaction, code)))
      const ids = due.map(({ id }) => id)
      const closed: PollState[] = []
      for (const before of await this.#host.lockPolls(transaction, ids, current)) {
        // Another node has closed it, or its host has given it more time.
        if (before.status !== 'open' || before.closesAt === null || before.closesAt > limit) continue
        const poll = withRevisions(before, { ...before, status: 'closed', closesAt: null })
        await writePoll(transaction, poll)
        await this.#host.writeLog(transaction, poll.room.code, ['timer-closed'], poll.id)
        // Another of its polls may have been closed with it.
        const earlier = closed.findLast(({ room }) => room.code === poll.room.code)
        closed.push({ ...poll, room: await writeRoom(transaction, earlier?.room ?? poll.room, 'host') })
      }
      return closed
    })
  }

  async #apply(before: PollState, change: PollChange, { manager }: Transaction): Promise<AppliedChange | PollError> {
    const [{ sequence }] = await manager.query('SELECT sequence FROM poll WHERE id = $1', [before.id])
    const keys: { key: string }[] = await manager.query('SELECT DISTINCT key FROM counter WHERE poll_id = $1', [
      before.id,
    ])
    const identity = { sequence, usedKeys: new Set(keys.map(({ key }) => key)) }
    const where = { pollId: before.id, round: before.round }
    const hasBallots = before.voters > 0 || (await manager.existsBy(BallotEntity, where))
    return applyChange(before, change, identity, hasBallots, new Date().toISOString())
  }

  /** The round's counters are those of its content: those that go have no votes. */
  async #addCounters({ manager }: Transaction, poll: PollState): Promise<void> {
    const keys = kindOf(poll).keys(poll.content)
    const found = await manager.findBy(CounterEntity, { pollId: poll.id, round: poll.round })
    const gone = found.map(({ key }) => key).filter((key) => !keys.includes(key))
    // Not `remove`, which begins a transaction of its own.
    if (gone.length > 0) await manager.delete(CounterEntity, { pollId: poll.id, round: poll.round, key: In(gone) })
    const missing = keys.filter((key) => !found.some((counter) => counter.key === key))
    if (missing.length === 0) return
    await manager.insert(
      CounterEntity,
      missing.map((key) => ({ pollId: poll.id, round: poll.round, key, value: 0 })),
    )
  }
}

/** From '0' on, as in the reader's nextClosing. */
const DUE_POLLS = `
  SELECT id, room_code AS "roomCode" FROM poll
  WHERE status = 'open' AND closes_at >= '0' AND closes_at <= $1 ORDER BY room_code, id LIMIT 100`

/** The room without the poll: nothing is on where it was on. */
const leaveRoom = ({ id, room }: PollState, transaction: Transaction): Promise<RoomState> =>
  room.currentPollId === id
    ? writeRoom(transaction, room, 'public', { currentPollId: null })
    : writeRoom(transaction, room, 'host')

/** Who is told of a change by the room: all, where the poll is on and more of it changed than its snapshots show. */
function shownBy(before: PollState, after: PollState): 'public' | 'host' {
  if (after.room.currentPollId !== after.id) return 'host'
  const isInSnapshot = JSON.stringify({ ...after, ...snapshotFields(before) }) === JSON.stringify(before)
  return isInSnapshot ? 'host' : 'public'
}

const snapshotFields = ({ status, closesAt, revision, publicRevision, votedRevision }: PollState) => {
  return { status, closesAt, revision, publicRevision, votedRevision }
}
