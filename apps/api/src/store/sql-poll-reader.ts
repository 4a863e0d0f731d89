import type { PollList, Snapshot } from '@pollcast/shared/poll'
import type { SelectQueryBuilder } from 'typeorm'
import { PollError, pollNotFound } from '../polls/errors.ts'
import type { PollReader, StoredPoll } from '../polls/poll-store.ts'
import type { Database } from './database.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { storedPoll } from './stored-poll.ts'

/** Reads polls from a database. Reads see what is committed. */
export class SqlPollReader implements PollReader {
  readonly #database: Pick<Database, 'read'>

  constructor(database: Pick<Database, 'read'>) {
    this.#database = database
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
    return storedPoll(poll)
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
        .orderBy('poll.sequence', 'DESC')
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
      nextCursor: last ? Buffer.from(`${last.sequence} ${last.id}`).toString('base64url') : null,
    }
  }
}

/** What a cursor says: the sequence of the last poll of the page, and its id. */
const CURSOR = /^(\d{1,9}) (\w{1,20})$/

function after(query: SelectQueryBuilder<PollEntity>, cursor: string): void {
  const [, sequence, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (sequence === undefined || id === undefined) {
    throw new PollError('malformed-cursor', 'The cursor is not one that a list gave. Start again without a cursor.')
  }
  query.where('(poll.sequence < :sequence OR (poll.sequence = :sequence AND poll.id < :id))', { sequence, id })
}
