import { SerialQueue } from '../lib/serial-queue.ts'
import type { WritableDatabase } from './database.ts'
import { DatabaseBusy } from './outage.ts'

/**
 * Polls that somebody else keeps locked: an open transaction of an admin's, a foreign process that is stopped. Whoever
 * knows of it need not wait for them again. For each a reader's connection waits, one after the other, until the lock
 * was to be had: in the order of those who ask for it, so that nodes busy with the poll can't keep it from ending.
 */
export class HeldPolls {
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
    void this.#untilFree(pollId)
  }

  async #untilFree(pollId: string): Promise<void> {
    // Where it fails in another way, the database is away or closed, and the next vote finds out.
    while (await this.#isBusy(pollId));
    this.#polls.delete(pollId)
  }

  /** Has and lets go of the poll's lock, or waits for it as long as any statement may. */
  async #isBusy(pollId: string): Promise<boolean> {
    const { lockPolls } = this.#database.voteSql
    if (!lockPolls) return false
    try {
      const look = () => this.#database.read((manager) => manager.query(lockPolls, [JSON.stringify([pollId])]))
      await this.#queue.run(look)
      return false
    } catch (error) {
      return error instanceof DatabaseBusy
    }
  }
}
