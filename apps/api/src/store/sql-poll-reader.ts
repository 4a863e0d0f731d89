import type { LogEntry } from '@pollcast/shared/room'
import { type EntityManager, In, type SelectQueryBuilder } from 'typeorm'
import { SerialQueue } from '../lib/serial-queue.ts'
import { fieldError, pollNotFound, roomNotFound } from '../polls/errors.ts'
import type { AnswerMove, Ballot, BallotReading, ListPage, PastRound, PollReader } from '../polls/ports.ts'
import type { PollState, RoomState } from '../polls/state.ts'
import type { Database } from './database.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { HostLogEntity } from './entities/host-log-entity.ts'
import { PastRoundEntity } from './entities/past-round-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { RoomEntity } from './entities/room-entity.ts'
import { stateOfRoom } from './poll-rows.ts'
import { readPoll, readPolls } from './poll-statements.ts'

/** Reads polls and rooms from a database. Reads see what is committed. */
export class SqlPollReader implements PollReader {
  readonly #database: Pick<Database, 'read' | 'readSnapshot' | 'voteSql'>
  /** One at a time: however many are asked for, they take one connection, and leave the processor to the votes. */
  readonly #snapshots = new SerialQueue()

  constructor(database: Pick<Database, 'read' | 'readSnapshot' | 'voteSql'>) {
    this.#database = database
  }

  async find(pollId: string): Promise<PollState> {
    const poll = await this.#database.read((manager) => readPoll(manager, this.#database.voteSql, pollId))
    if (!poll) throw pollNotFound()
    return poll
  }

  async answer({ id, round }: Pick<PollState, 'id' | 'round'>, ballotId: string): Promise<unknown> {
    const rows: Pick<Ballot, 'answer'>[] = await this.#database.read((manager) => {
      return manager.query(ANSWER, [id, round, ballotId])
    })
    return rows[0] && JSON.parse(rows[0].answer)
  }

  async cast(pollId: string, ballotIds: readonly string[]): Promise<Set<string>> {
    const asked = JSON.stringify(ballotIds.map((id) => [pollId, id]))
    const rows: (Ballot & { voided: number })[] = await this.#database.read((manager) =>
      manager.query(this.#database.voteSql.ballots, [asked]),
    )
    return new Set(rows.filter(({ voided }) => voided === 0).map(({ ballotId }) => ballotId))
  }

  ballots(pollId: string, begin: (poll: PollState, past: readonly PastRound[]) => BallotReading): Promise<void> {
    const read = async (manager: EntityManager) => {
      const poll = await readPoll(manager, this.#database.voteSql, pollId)
      if (!poll) throw pollNotFound()
      const { rounds, take } = begin(poll, poll.round > 1 ? await readPastRounds(manager, pollId) : [])
      for (const round of rounds) {
        for (let page: Ballot[] | undefined; page === undefined || page.length === PAGE; ) {
          page = await manager.query<Ballot[]>(BALLOTS, [pollId, round, page?.at(-1)?.ballotId ?? '', PAGE])
          if (page.length > 0) take(page, round)
        }
      }
    }
    return this.#snapshots.run(() => this.#database.readSnapshot(read))
  }

  pastRounds(pollId: string): Promise<PastRound[]> {
    return this.#database.read((manager) => readPastRounds(manager, pollId))
  }

  movesBetween(pollId: string, from: number, to: number): Promise<AnswerMove[]> {
    const read = (manager: EntityManager) => manager.query(MOVES, [pollId, from, to])
    return this.#snapshots.run(async () => {
      const rows: AnswerMove[] = await this.#database.readSnapshot(read)
      return rows.map((row) => ({ from: row.from, to: row.to, voters: Number(row.voters) }))
    })
  }

  async list({ cursor, limit }: ListPage): Promise<{ polls: PollState[]; nextCursor: string | null }> {
    return this.#database.read(async (manager) => {
      const query = manager
        .createQueryBuilder(PollEntity, 'poll')
        .select(['poll.id', 'poll.sequence'])
        .where('poll.listed = 1 AND poll.known = 1 AND poll.deletedAt IS NULL')
        .orderBy('poll.sequence', 'DESC')
        .addOrderBy('poll.id', 'DESC')
        .take(limit + 1)
      if (cursor !== undefined) after(query, cursor)
      const found = await query.getMany()
      const last = found.length > limit ? found[limit - 1] : undefined
      const ids = found.slice(0, limit).map(({ id }) => id)
      return {
        polls: await readPolls(manager, this.#database.voteSql, ids),
        nextCursor: last ? Buffer.from(`${last.sequence} ${last.id}`).toString('base64url') : null,
      }
    })
  }

  findRoom(code: string): Promise<{ room: RoomState; current: PollState | undefined }> {
    return this.#database.read(async (manager) => {
      for (;;) {
        const found = await manager.findOneBy(RoomEntity, { code })
        if (!found) throw roomNotFound()
        const { currentPollId } = found
        if (currentPollId === null) return { room: stateOfRoom(found), current: undefined }
        const current = await readPoll(manager, this.#database.voteSql, currentPollId)
        // The room as it is with the poll is the newer one; where it has moved meanwhile, both are read again.
        if (!current) return { room: stateOfRoom(found), current }
        if (current.room.currentPollId === current.id) return { room: current.room, current }
      }
    })
  }

  pollsOf(code: string): Promise<PollState[]> {
    return this.#database.read(async (manager) => {
      const polls = await manager.find(PollEntity, {
        select: { id: true, deletedAt: true },
        where: { roomCode: code },
        order: { position: 'ASC', sequence: 'ASC' },
      })
      const ids = polls.filter(({ deletedAt }) => deletedAt === null).map(({ id }) => id)
      return readPolls(manager, this.#database.voteSql, ids)
    })
  }

  log(code: string): Promise<LogEntry[]> {
    return this.#database.read(async (manager) => {
      const entries = await manager.find(HostLogEntity, { where: { roomCode: code }, order: { number: 'ASC' } })
      const done: LogEntry[] = entries.map(({ at, action, pollId }) => ({ at, action, pollId }))
      const rows: BurstRow[] = await manager.query(BURSTS, [code])
      const bursts = rows.map(({ at, pollId, voided, ...burst }): LogEntry => {
        return { at, action: 'burst', pollId, burst: { ...burst, voters: Number(burst.voters), voided: voided === 1 } }
      })
      return bursts.length === 0 ? done : [...done, ...bursts].sort((a, b) => Number(a.at > b.at) - Number(a.at < b.at))
    })
  }

  countCodes(code: string): Promise<{ issued: number; used: number }> {
    return this.#database.read(async (manager) => {
      const [row] = await manager.query(
        'SELECT count(*) AS issued, coalesce(sum(used), 0) AS used FROM one_time_code WHERE room_code = $1',
        [code],
      )
      return { issued: Number(row.issued), used: Number(row.used) }
    })
  }

  nextClosing(): Promise<string | undefined> {
    return this.#database.read(async (manager) => {
      const [row] = await manager.query(
        // From '0' on: a database may still have times such as +010000-01-01T00:00:00.000Z, which as text come first.
        `SELECT min(closes_at) AS first FROM poll WHERE status = 'open' AND closes_at >= '0'`,
      )
      return row?.first ?? undefined
    })
  }

  nextWebhook(): Promise<string | undefined> {
    return this.#database.read(async (manager) => {
      const [row] = await manager.query('SELECT min(due_at) AS first FROM webhook_event')
      return row?.first ?? undefined
    })
  }
}

async function readPastRounds(manager: EntityManager, pollId: string): Promise<PastRound[]> {
  const rounds = await manager.find(PastRoundEntity, { where: { pollId }, order: { round: 'ASC' } })
  if (rounds.length === 0) return []
  const counters = await manager.find(CounterEntity, {
    where: { pollId, round: In(rounds.map((one) => one.round)) },
  })
  return rounds.map(({ round, question, content, voteMode, voters, endedAt }) => {
    const ofRound = counters.filter((counter) => counter.round === round).map(({ key, value }) => [key, value])
    return {
      round,
      question,
      content: JSON.parse(content),
      voteMode,
      voters,
      counters: Object.fromEntries(ofRound),
      endedAt,
    }
  })
}

/** Ballots that are read at once: a few milliseconds of work, after which others have their turn. */
const PAGE = 500

const ANSWER = 'SELECT answer FROM ballot WHERE poll_id = $1 AND round = $2 AND id = $3 AND voided = 0'

/** By the primary key, so that each page costs the same. */
const BALLOTS = `
  SELECT id AS "ballotId", answer FROM ballot
  WHERE poll_id = $1 AND round = $2 AND id > $3 AND voided = 0 ORDER BY id LIMIT $4`

interface BurstRow {
  at: string
  pollId: string
  round: number
  number: number
  voters: number | string
  voided: number
}

/** The bursts of a room's polls, each with its ballots, which have an index of their own. */
const BURSTS = `
  SELECT b.began_at AS at, b.poll_id AS "pollId", b.round, b.number, b.voided,
    (SELECT count(*) FROM ballot AS v WHERE v.poll_id = b.poll_id AND v.round = b.round AND v.burst = b.number) AS voters
  FROM poll AS p JOIN burst AS b ON b.poll_id = p.id
  WHERE p.room_code = $1 AND p.deleted_at IS NULL ORDER BY b.began_at`

/** A voter's ballots of all rounds have one id. */
const MOVES = `
  SELECT a.answer AS "from", b.answer AS "to", count(*) AS voters
  FROM (SELECT id, answer FROM ballot WHERE poll_id = $1 AND round = $2 AND voided = 0) AS a
  FULL JOIN (SELECT id, answer FROM ballot WHERE poll_id = $1 AND round = $3 AND voided = 0) AS b ON a.id = b.id
  GROUP BY a.answer, b.answer ORDER BY a.answer, b.answer`

/** What a cursor says: the sequence of the last poll of the page, and its id. */
const CURSOR = /^(\d{1,9}) (\w{1,20})$/

function after(query: SelectQueryBuilder<PollEntity>, cursor: string): void {
  const [, sequence, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (sequence === undefined || id === undefined) {
    throw fieldError(
      'malformed-cursor',
      'cursor',
      'The cursor is not one that a list gave. Start again without a cursor.',
    )
  }
  query.andWhere('(poll.sequence < :sequence OR (poll.sequence = :sequence AND poll.id < :id))', { sequence, id })
}
