import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import type { WritableDatabase } from './database.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { storedPoll } from './stored-poll.ts'
import type { Transactions } from './transactions.ts'
import { VoteBatcher } from './vote-batcher.ts'

/** Writes polls and votes to a database, one transaction at a time. */
export class SqlPollWriter implements PollWriter {
  readonly #transactions: Transactions
  readonly #votes: VoteBatcher

  constructor(database: Pick<WritableDatabase, 'transactions' | 'voteSql' | 'read'>) {
    this.#transactions = database.transactions
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
    const saved = await this.#transactions.run(async ({ manager }) => {
      const sequence = ((await manager.maximum(PollEntity, 'sequence')) ?? 0) + 1
      return manager.save(PollEntity, { ...structuredClone(poll), sequence }, { transaction: false })
    })
    return storedPoll(saved as PollEntity)
  }
}
