import { SerialQueue } from '../lib/serial-queue.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy } from './database-errors.ts'

/**
 * Polls that another program keeps locked: an admin's open transaction, a process that is stopped. Votes on them are
 * refused at once, so that no other vote waits behind them. For each poll a reader's connection waits in PostgreSQL's
 * own queue until it gets the lock: other nodes that vote on the poll can't keep it from getting there.
 */
export class LockedPolls {
  readonly #database: Pick<WritableDatabase, 'read' | 'voteSql'>
  readonly #polls = new Set<string>()
  readonly #queue = new SerialQueue()

  constructor(database: Pick<WritableDatabase, 'read' | 'voteSql'>) {
    this.#database = database
  }

  has(pollId: string): boolean {
    return this.#polls.has(pollId)
  }

  add(pollId: string): void {
    if (this.#polls.has(pollId)) return
    this.#polls.add(pollId)
    void this.#waitUntilFree(pollId)
  }

  async #waitUntilFree(pollId: string): Promise<void> {
    // Where it fails in another way, the database is away or closed, and the next vote finds out.
    while (await this.#isLocked(pollId));
    this.#polls.delete(pollId)
  }

  /** Acquires and releases the poll's lock, or waits for it as long as any statement may. */
  async #isLocked(pollId: string): Promise<boolean> {
    const { lockPolls } = this.#database.voteSql
    if (!lockPolls) return false
    try {
      const lock = () => this.#database.read((manager) => manager.query(lockPolls, [JSON.stringify([pollId])]))
      await this.#queue.run(lock)
      return false
    } catch (error) {
      return error instanceof DatabaseBusy
    }
  }
}
