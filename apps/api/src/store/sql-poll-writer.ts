import type { EntityManager } from 'typeorm'
import { PollError } from '../polls/errors.ts'
import { kindOf } from '../polls/kinds/index.ts'
import type { PollRecord, PollWriter, RecordedVote, Vote } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { isDuplicate } from './database-errors.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { stateOfEntity } from './poll-rows.ts'
import { findPoll } from './sql-poll-reader.ts'
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

  async create(record: PollRecord): Promise<{ poll: PollState; isNew: boolean }> {
    if (!record.isRepeatable) {
      return { poll: await this.#transactions.run(({ manager }) => insertPoll(manager, record)), isNew: true }
    }
    const run = () => this.#transactions.run(({ manager }) => findOrInsertPoll(manager, record), 'repeatable')
    // Another node was asked for the same poll at the same moment: by now its transaction is over.
    const made = await run().catch((error) => (isDuplicate(error) ? run() : Promise.reject(error)))
    if (made instanceof PollError) throw made
    return made
  }
}

async function findOrInsertPoll(manager: EntityManager, record: PollRecord) {
  const found = await findPoll(manager, record.id)
  if (!found) return { poll: await insertPoll(manager, record), isNew: true }
  return isSamePoll(found, record)
    ? { poll: stateOfEntity(found), isNew: false }
    : new PollError(
        'idempotency-key-reused',
        'This Idempotency-Key came with another poll before. A new poll needs a new key.',
      )
}

async function insertPoll(manager: EntityManager, record: PollRecord): Promise<PollState> {
  const kind = kindOf(record)
  const sequence = ((await manager.maximum(PollEntity, 'sequence')) ?? 0) + 1
  const content = kind.content(record, sequence)
  const poll = {
    id: record.id,
    kind: record.kind,
    question: record.question,
    content: JSON.stringify(content),
    status: 'open' as const,
    round: 1,
    revision: 0,
    voters: 0,
    hostKeyHash: record.hostKeyHash,
    createdAt: new Date().toISOString(),
    sequence,
  }
  const counters = kind.keys(content).map((key) => ({ pollId: record.id, round: poll.round, key, value: 0 }))
  await manager.insert(PollEntity, poll)
  await manager.insert(CounterEntity, counters)
  return stateOfEntity({ ...poll, counters: counters as CounterEntity[] })
}

/** Whether the poll that is there is the one asked for: the same content at the same place among all polls. */
const isSamePoll = (found: PollEntity, record: PollRecord) =>
  found.hostKeyHash === record.hostKeyHash &&
  found.question === record.question &&
  found.content === JSON.stringify(kindOf(record).content(record, found.sequence))
