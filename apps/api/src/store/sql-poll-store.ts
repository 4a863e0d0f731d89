import type { PollList, Snapshot } from '@pollcast/shared/poll'
import type { SelectQueryBuilder } from 'typeorm'
import { PollError, pollNotFound } from '../polls/errors.ts'
import type { PollRecord, PollStore, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import type { Database } from './database.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { VoteBatcher } from './vote-batcher.ts'

/** The polls in a database. Writes go through one queue, reads see what is committed. */
export class SqlPollStore implements PollStore {
  readonly #database: Database
  readonly #votes: VoteBatcher

  constructor(database: Database) {
    this.#database = database
    this.#votes = new VoteBatcher(database)
  }

  record(vote: Vote): Promise<RecordedVote> {
    return this.#votes.record(vote)
  }

  async create({ id, question, choices, maxChoices, hostKeyHash }: PollRecord): Promise<StoredPoll> {
    const poll = {
      id,
      question,
      status: 'open' as const,
      round: 1,
      revision: 0,
      totalVotes: 0,
      maxChoices,
      hostKeyHash,
      createdAt: new Date().toISOString(),
      choices: choices.map((text, position) => ({ position, text, votes: 0 })),
    }
    // The transaction has begun: one that `save` began in it would fail. What it writes into is a copy, for it may be
    // done again.
    const saved = await this.#database.transactions.run(({ manager }) => {
      return manager.save(PollEntity, structuredClone(poll), { transaction: false })
    })
    return stored(saved as PollEntity)
  }

  async find(pollId: string): Promise<StoredPoll> {
    const poll = await this.#database.read((manager) => {
      return manager.findOne(PollEntity, {
        where: { id: pollId },
        relations: { choices: true },
        order: { choices: { position: 'ASC' } },
      })
    })
    if (!poll) throw pollNotFound(pollId)
    return stored(poll)
  }

  async snapshot(pollId: string): Promise<Snapshot> {
    return (await this.find(pollId)).snapshot
  }

  async ballot(pollId: string, voterId: string): Promise<number[]> {
    const ballot = await this.#database.read((manager) => {
      return manager
        .createQueryBuilder(BallotEntity, 'ballot')
        .innerJoin(PollEntity, 'poll', 'poll.id = ballot.pollId AND poll.round = ballot.round')
        .where({ pollId, voterId })
        .getOne()
    })
    return ballot ? JSON.parse(ballot.choiceIds) : []
  }

  async list({ cursor, limit }: { cursor?: string | undefined; limit: number }): Promise<PollList> {
    const rows = await this.#database.read((manager) => {
      const query = manager
        .createQueryBuilder(PollEntity, 'poll')
        .loadRelationCountAndMap('poll.choiceCount', 'poll.choices')
        .orderBy('poll.createdAt', 'DESC')
        .addOrderBy('poll.id', 'DESC')
        .take(limit + 1)
      if (cursor !== undefined) after(query, cursor)
      return query.getMany() as Promise<(PollEntity & { choiceCount: number })[]>
    })

    const last = rows.length > limit ? rows[limit - 1] : undefined
    return {
      polls: rows.slice(0, limit).map(({ id, question, status, choiceCount, totalVotes, createdAt }) => {
        return { id, question, status, choiceCount, totalVotes, createdAt }
      }),
      nextCursor: last ? Buffer.from(`${last.createdAt} ${last.id}`).toString('base64url') : null,
    }
  }

  /** Resolves when every write asked for is committed and the connections are closed. */
  close(): Promise<void> {
    return this.#database.close()
  }
}

function after(query: SelectQueryBuilder<PollEntity>, cursor: string): void {
  const [createdAt, id, ...more] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (!createdAt || !id || more.length > 0) {
    throw new PollError('malformed-cursor', 'The cursor is not one that a list gave. Start again without a cursor.')
  }
  query.where('(poll.createdAt < :createdAt OR (poll.createdAt = :createdAt AND poll.id < :id))', { createdAt, id })
}

function stored({
  id,
  question,
  status,
  revision,
  totalVotes,
  maxChoices,
  createdAt,
  choices,
}: PollEntity): StoredPoll {
  const tally = choices.map(({ id, text, votes }) => ({ id, text, votes }))
  return { question, maxChoices, createdAt, snapshot: { pollId: id, revision, status, totalVotes, choices: tally } }
}
