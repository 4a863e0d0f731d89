import { applyChange, type PollChange } from '../polls/commands/change-poll.ts'
import { PollError, pollNotFound } from '../polls/errors.ts'
import { kindOf } from '../polls/kinds/index.ts'
import { checkExists, checkHost } from '../polls/policy.ts'
import type { HostRequest, PollRecord, PollWriter, RecordedVote, Vote } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy, isDuplicate } from './database-errors.ts'
import { BallotEntity } from './entities/ballot-entity.ts'
import { CounterEntity } from './entities/counter-entity.ts'
import { IdempotencyKeyEntity } from './entities/idempotency-key-entity.ts'
import { PollEntity } from './entities/poll-entity.ts'
import { stateOfEntity } from './poll-rows.ts'
import { findPoll } from './sql-poll-reader.ts'
import type { Transaction, Transactions } from './transactions.ts'
import { VoteBatcher } from './vote-batcher.ts'
import type { VoteSql } from './vote-sql.ts'

/** Writes polls and votes to a database, one transaction at a time. */
export class SqlPollWriter implements PollWriter {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #votes: VoteBatcher

  constructor(database: Pick<WritableDatabase, 'transactions' | 'voteSql' | 'read'>) {
    this.#transactions = database.transactions
    this.#sql = database.voteSql
    this.#votes = new VoteBatcher(database)
  }

  record(vote: Vote): Promise<RecordedVote> {
    return this.#votes.record(vote)
  }

  async create(record: PollRecord): Promise<{ poll: PollState; isNew: boolean }> {
    if (!record.isRepeatable) {
      return { poll: await this.#transactions.run((transaction) => this.#insert(transaction, record)), isNew: true }
    }
    const run = () => this.#transactions.run((transaction) => this.#findOrInsert(transaction, record), 'repeatable')
    // Another node was asked for the same poll at the same moment: by now its transaction is over.
    const made = await run().catch((error) => (isDuplicate(error) ? run() : Promise.reject(error)))
    if (made instanceof PollError) throw made
    return made
  }

  change({ pollId, hostKeyHash, ...change }: HostRequest & PollChange): Promise<{ poll: PollState; changed: boolean }> {
    return this.#asHost({ pollId, hostKeyHash }, async (before, { manager, inDoubt }) => {
      const poll = applyChange(before, change)
      const { status, revision } = poll
      if (poll !== before) await manager.update(PollEntity, { id: pollId }, { status, revision })
      // A change committed by an attempt whose response was lost still has to be published.
      return { poll, changed: poll !== before || inDoubt }
    })
  }

  delete(request: HostRequest): Promise<PollState> {
    return this.#asHost(
      request,
      async (before, { manager }) => {
        // By an attempt whose COMMIT got no response.
        if (before.deletedAt !== null) return before
        const left = {
          question: '',
          status: 'closed' as const,
          revision: before.revision + 1,
          voters: 0,
          deletedAt: new Date().toISOString(),
        }
        const { id } = before
        await manager.delete(BallotEntity, { pollId: id })
        await manager.delete(CounterEntity, { pollId: id })
        await manager.delete(IdempotencyKeyEntity, { pollId: id })
        await manager.update(PollEntity, { id }, { ...left, content: '{}' })
        return { ...before, ...left, content: {}, counters: {} }
      },
      'deletes',
    )
  }

  async #findOrInsert(transaction: Transaction, record: PollRecord) {
    const found = await findPoll(transaction.manager, record.id)
    if (!found) return { poll: await this.#insert(transaction, record), isNew: true }
    const poll = stateOfEntity(found)
    const deleted = checkExists(poll)
    if (deleted) return deleted
    return isSamePoll(poll, found.hostKeyHash, record)
      ? { poll, isNew: false }
      : new PollError(
          'idempotency-key-reused',
          'This Idempotency-Key came with another poll before. A new poll needs a new key.',
        )
  }

  async #insert({ manager, query }: Transaction, record: PollRecord): Promise<PollState> {
    if (this.#sql.lockNewPolls) await query(this.#sql.lockNewPolls)
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
      deletedAt: null,
      sequence,
    }
    const counters = kind.keys(content).map((key) => ({ pollId: record.id, round: poll.round, key, value: 0 }))
    await manager.insert(PollEntity, poll)
    await manager.insert(CounterEntity, counters)
    return stateOfEntity({ ...poll, counters: counters as CounterEntity[] })
  }

  /** Does the work in a transaction that nobody else writes the poll in, if the request is its host's. */
  async #asHost<T>(
    { pollId, hostKeyHash }: HostRequest,
    work: (poll: PollState, transaction: Transaction) => Promise<T>,
    deletes?: 'deletes',
  ): Promise<T> {
    const result = await this.#transactions.run(async (transaction) => {
      const { manager, query, waitsForLocks } = transaction
      const lock = waitsForLocks ? this.#sql.lockPolls : this.#sql.lockFreePolls
      const locked = lock === undefined ? undefined : await query(lock, [JSON.stringify([pollId])])
      const found = await findPoll(manager, pollId)
      if (!found) return pollNotFound()
      if (locked?.length === 0) return new DatabaseBusy()
      const poll = stateOfEntity(found)
      const refused = checkHost(found.hostKeyHash, hostKeyHash)
      const isDone = deletes && transaction.inDoubt && !refused
      return (isDone ? undefined : checkExists(poll)) ?? refused ?? work(poll, transaction)
    }, 'repeatable')
    if (result instanceof PollError) throw result
    return result
  }
}

/** Whether the poll that is there is the one asked for, by its host. */
const isSamePoll = (found: PollState, hostKeyHash: string, record: PollRecord) =>
  hostKeyHash === record.hostKeyHash &&
  found.question === record.question &&
  kindOf(found).isContentOf(record, found.content)
