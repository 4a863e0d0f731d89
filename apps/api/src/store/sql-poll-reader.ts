import type { EntityManager, SelectQueryBuilder } from 'typeorm'
import { SerialQueue } from '../lib/serial-queue.ts'
import { PollError, pollNotFound } from '../polls/errors.ts'
import { checkExists, checkHost } from '../polls/policy.ts'
import type { Ballot, HostRequest, ListPage, PollReader } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { Database } from './database.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { stateOfEntity } from './poll-rows.ts'

/** Reads polls from a database. Reads see what is committed. */
export class SqlPollReader implements PollReader {
  readonly #database: Pick<Database, 'read' | 'readSnapshot'>
  /** One at a time: however many are asked for, they take one connection, and leave the processor to the votes. */
  readonly #snapshots = new SerialQueue()

  constructor(database: Pick<Database, 'read' | 'readSnapshot'>) {
    this.#database = database
  }

  async find(pollId: string): Promise<PollState> {
    const poll = await this.#database.read((manager) => findPoll(manager, pollId))
    if (!poll) throw pollNotFound()
    return stateOfEntity(poll)
  }

  async requireHost({ pollId, hostKeyHash }: HostRequest): Promise<void> {
    const poll = await this.#database.read((manager) => findPoll(manager, pollId))
    const refused = poll
      ? (checkExists(stateOfEntity(poll)) ?? checkHost(poll.hostKeyHash, hostKeyHash))
      : pollNotFound()
    if (refused) throw refused
  }

  async answer(pollId: string, voterId: string): Promise<unknown> {
    const ballot = await this.#database.read((manager) => {
      return manager
        .createQueryBuilder(BallotEntity, 'ballot')
        .innerJoin(PollEntity, 'poll', 'poll.id = ballot.pollId AND poll.round = ballot.round')
        .where({ pollId, voterId })
        .getOne()
    })
    return ballot ? JSON.parse(ballot.answer) : undefined
  }

  ballots(pollId: string, begin: (poll: PollState) => (page: readonly Ballot[]) => void): Promise<void> {
    const read = async (manager: EntityManager) => {
      const poll = await findPoll(manager, pollId)
      if (!poll) throw pollNotFound()
      const take = begin(stateOfEntity(poll))
      for (let last: Ballot | undefined; ; ) {
        const page: Ballot[] = await manager.query(BALLOTS, [pollId, poll.round, last?.voterId ?? '', PAGE])
        if (page.length > 0) take(page)
        if (page.length < PAGE) return
        last = page.at(-1)
      }
    }
    return this.#snapshots.run(() => this.#database.readSnapshot(read))
  }

  async list({ cursor, limit }: ListPage): Promise<{ polls: PollState[]; nextCursor: string | null }> {
    const polls = await this.#database.read((manager) => {
      const query = pollsWithCounters(manager)
        .where('poll.deletedAt IS NULL')
        .orderBy('poll.sequence', 'DESC')
        .addOrderBy('poll.id', 'DESC')
        .take(limit + 1)
      if (cursor !== undefined) after(query, cursor)
      return query.getMany()
    })

    const last = polls.length > limit ? polls[limit - 1] : undefined
    return {
      polls: polls.slice(0, limit).map(stateOfEntity),
      nextCursor: last ? Buffer.from(`${last.sequence} ${last.id}`).toString('base64url') : null,
    }
  }
}

/** Ballots that are read at once: a few milliseconds of work, after which others have their turn. */
const PAGE = 500

/** By the primary key, so that each page costs the same. */
const BALLOTS = `
  SELECT voter_id AS "voterId", answer FROM ballot
  WHERE poll_id = $1 AND round = $2 AND voter_id > $3 ORDER BY voter_id LIMIT $4`

/** The poll with the counters of its current round, if it is there. */
export const findPoll = (manager: EntityManager, pollId: string): Promise<PollEntity | null> =>
  pollsWithCounters(manager).where('poll.id = :pollId', { pollId }).getOne()

const pollsWithCounters = (manager: EntityManager) =>
  manager
    .createQueryBuilder(PollEntity, 'poll')
    .leftJoinAndSelect('poll.counters', 'counter', 'counter.round = poll.round')

/** What a cursor says: the sequence of the last poll of the page, and its id. */
const CURSOR = /^(\d{1,9}) (\w{1,20})$/

function after(query: SelectQueryBuilder<PollEntity>, cursor: string): void {
  const [, sequence, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (sequence === undefined || id === undefined) {
    throw new PollError('malformed-cursor', 'The cursor is not one that a list gave. Start again without a cursor.')
  }
  query.andWhere('(poll.sequence < :sequence OR (poll.sequence = :sequence AND poll.id < :id))', { sequence, id })
}
