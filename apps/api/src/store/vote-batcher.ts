import { isUnavailable } from '../polls/errors.ts'
import type { RecordedVote, Vote } from '../polls/ports.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy } from './database-errors.ts'
import { LockedPolls } from './locked-polls.ts'
import type { Transactions } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'
import { writeBatch } from './write-batch.ts'

/** How many votes go into one transaction: enough to make its fsync cheap, few enough to be done in milliseconds. */
const MAX_BATCH = 500

interface Pending {
  vote: Vote
  resolve: (recorded: RecordedVote) => void
  reject: (error: unknown) => void
}

/**
 * Gathers the votes that come while a transaction is under way into the next one. A lone vote waits for nobody; each
 * is answered only after the commit of the transaction it was in.
 */
export class VoteBatcher {
  readonly #transactions: Transactions
  readonly #sql: VoteSql
  readonly #locked: LockedPolls
  readonly #database: Pick<WritableDatabase, 'onVotesWritten'>
  #pending: Pending[] = []

  constructor(database: Pick<WritableDatabase, 'transactions' | 'voteSql' | 'read' | 'onVotesWritten'>) {
    this.#transactions = database.transactions
    this.#sql = database.voteSql
    this.#locked = new LockedPolls(database)
    this.#database = database
  }

  record(vote: Vote): Promise<RecordedVote> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ vote, resolve, reject })
      if (this.#pending.length === 1) this.#schedule()
    })
  }

  #schedule(): void {
    let batch: Pending[] | undefined
    const take = () => {
      const taken = this.#pending.splice(0, MAX_BATCH)
      if (this.#pending.length > 0) this.#schedule()
      return taken.filter((one) => !this.#refuseLocked(one))
    }
    this.#transactions
      .run((transaction) => {
        // Work that is done again is done with the same votes.
        batch ??= take()
        return writeBatch(
          transaction,
          this.#sql,
          batch.map(({ vote }) => vote),
        )
      }, 'repeatable')
      .then(
        (results) => this.#settle(batch ?? [], results),
        (error: Error) => {
          // Votes that wait behind a database that can't be used would wait as long again, and so would those behind them.
          if (isUnavailable(error)) refuse([...(batch ?? []), ...this.#pending.splice(0)], error)
          // Where not even BEGIN went through, it would not for one vote either.
          else if (!batch) refuse(take(), error)
          else this.#writeOneByOne(batch, error)
        },
      )
  }

  /** A batch that could not be written may have failed because of one vote: each gets a transaction of its own. */
  #writeOneByOne(batch: readonly Pending[], error: Error): void {
    if (batch.length < 2) return refuse(batch, error)
    for (const one of batch) {
      this.#transactions
        .run((transaction) => writeBatch(transaction, this.#sql, [one.vote]), 'repeatable')
        .then(
          (results) => this.#settle([one], results),
          (reason: Error) => refuse([one], reason),
        )
    }
  }

  #refuseLocked({ vote, reject }: Pending): boolean {
    const isLocked = this.#locked.has(vote.pollId)
    if (isLocked) reject(new DatabaseBusy())
    return isLocked
  }

  #settle(batch: readonly Pending[], results: readonly (RecordedVote | Error)[]): void {
    this.#database.onVotesWritten?.(results.filter((result) => !(result instanceof Error)).length)
    for (const [index, { vote, resolve, reject }] of batch.entries()) {
      const result = results[index]
      if (result instanceof DatabaseBusy) this.#locked.add(vote.pollId)
      if (!result || result instanceof Error) reject(result)
      else resolve(result)
    }
  }
}

function refuse(batch: readonly Pending[], error: Error): void {
  for (const { reject } of batch) reject(error)
}
