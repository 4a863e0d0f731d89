import { PollError } from '../polls/errors.ts'
import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import type { WritableDatabase } from './database.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { isDuplicate } from './outage.ts'
import { storedPoll } from './stored-poll.ts'
import type { Transactions, Work } from './transactions.ts'
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

  async create({ isRepeatable, ...record }: PollRecord): Promise<StoredPoll> {
    const poll = entityOf(record)
    // The transaction has begun: one that `save` began in it would fail. What it writes into is a copy, for it may be
    // done again.
    const insert: Work<PollEntity> = async ({ manager }) => {
      const sequence = ((await manager.maximum(PollEntity, 'sequence')) ?? 0) + 1
      const entity = { ...structuredClone(poll), sequence }
      return (await manager.save(PollEntity, entity, { transaction: false })) as PollEntity
    }
    if (!isRepeatable) return storedPoll(await this.#transactions.run(insert))

    const findOrInsert: Work<PollEntity | PollError> = async (transaction) => {
      const found = await transaction.manager.findOne(PollEntity, {
        where: { id: poll.id },
        relations: { choices: true },
        order: { choices: { position: 'ASC' } },
      })
      if (!found) return insert(transaction)
      return isSamePoll(found, poll) ? found : reused()
    }
    const run = () => this.#transactions.run(findOrInsert, 'repeatable')
    // Another node was asked for the same poll at the same moment: by now its transaction is over.
    const saved = await run().catch((error) => (isDuplicate(error) ? run() : Promise.reject(error)))
    if (saved instanceof PollError) throw saved
    return storedPoll(saved)
  }
}

const entityOf = ({ choices, ...record }: PollRecord) => ({
  ...record,
  status: 'open' as const,
  round: 1,
  revision: 0,
  totalVotes: 0,
  createdAt: new Date().toISOString(),
  choices: choices.map((text, position) => ({ position, text, votes: 0 })),
})

type NewPollEntity = ReturnType<typeof entityOf>

const isSamePoll = (found: PollEntity, wanted: NewPollEntity) =>
  found.hostKeyHash === wanted.hostKeyHash &&
  found.question === wanted.question &&
  found.maxChoices === wanted.maxChoices &&
  found.choices.length === wanted.choices.length &&
  found.choices.every(({ text }, index) => text === wanted.choices[index]?.text)

const reused = () =>
  new PollError(
    'idempotency-key-reused',
    'This Idempotency-Key came with another poll before. A new poll needs a new key.',
  )
