import { setTimeout as pause } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import type { DataSource } from 'typeorm'
import { SerialQueue } from '../lib/serial-queue.ts'
import type { Availability } from './availability.ts'
import { isConflict, isLost, postgresFault } from './database-errors.ts'
import type { Query, Transactions, Work } from './transactions.ts'

/** How often work that met another transaction is tried in all. */
const CONFLICT_ATTEMPTS = 6

/** Milliseconds between two of those, at most: chance keeps two that met from meeting again. */
const MAX_CONFLICT_DELAY_MS = 40

/** How often work whose connection broke is tried in all. One that can't be opened at all is not tried again. */
const LOSS_ATTEMPTS = 2

/**
 * Transactions on PostgreSQL. One at a time, so that votes gather behind it into the next: nodes meet on the hot poll's
 * row anyway, and one batch of many votes holds it for less time than many of few.
 *
 * What met another transaction or lost its connection is done again a bounded number of times, and once, without
 * waiting, what waited too long for a lock. What remains is rejected as `store-unavailable`.
 */
export class PostgresTransactions implements Transactions {
  readonly #writer: DataSource
  readonly #availability: Availability
  readonly #queue = new SerialQueue()
  /** The names that the statements are prepared by, on each connection once. */
  readonly #names = new Map<string, string>()

  constructor(writer: DataSource, availability: Availability) {
    this.#writer = writer
    this.#availability = availability
  }

  run<T>(work: Work<T>, repeatable?: 'repeatable'): Promise<T> {
    return this.#queue.run(() =>
      this.#availability.during('write', () => this.#attempts(work, repeatable !== undefined)),
    )
  }

  close(): Promise<void> {
    return this.#queue.drain()
  }

  async #attempts<T>(work: Work<T>, repeatable: boolean): Promise<T> {
    let inDoubt = false
    let waitsForLocks = true
    for (let attempts = 1; ; attempts += 1) {
      const attempt: Attempt = { stage: 'connecting', inDoubt, waitsForLocks }
      try {
        return await this.#transaction(work, attempt)
      } catch (error) {
        const lost = isLost(error)
        const doubtful = lost && attempt.stage === 'committing'
        inDoubt ||= doubtful
        const busy = postgresFault(error) === 'busy'
        const again =
          (busy && waitsForLocks) ||
          (isConflict(error) && attempts < CONFLICT_ATTEMPTS) ||
          (lost && attempt.stage !== 'connecting' && attempts < LOSS_ATTEMPTS && (repeatable || !doubtful))
        if (!again) throw error
        if (busy) waitsForLocks = false
      }
      await pause(Math.random() * MAX_CONFLICT_DELAY_MS)
    }
  }

  async #transaction<T>(work: Work<T>, attempt: Attempt): Promise<T> {
    const runner = this.#writer.createQueryRunner()
    const client: PoolClient = await runner.connect()
    attempt.stage = 'working'
    try {
      // BEGIN goes out together with the work's first statements: the connection is a pipeline.
      const begun = client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
      const done = work({
        query: this.#queryOn(client),
        manager: runner.manager,
        inDoubt: attempt.inDoubt,
        waitsForLocks: attempt.waitsForLocks,
      })
      await Promise.allSettled([begun, done])
      await begun
      const result = await done
      attempt.stage = 'committing'
      const { command } = await client.query('COMMIT')
      if (command !== 'COMMIT') throw new Error('The work went on after one of its statements had failed.')
      await runner.release()
      return result
    } catch (error) {
      // The lock goes now, and the connection with whatever it has half prepared. The pool opens a new one.
      await client.query('ROLLBACK').catch(() => {})
      // What the server says on it from now on, such as that it shuts down, is heard by nobody else: it would be thrown.
      client.on('error', () => {})
      void (client as PoolClient & { end(): Promise<void> }).end()
      await runner.release()
      throw error
    }
  }

  #queryOn(client: PoolClient): Query {
    return async <Row>(text: string, values: readonly unknown[] = []) => {
      const name = this.#names.get(text) ?? `pollcast-${this.#names.size}`
      this.#names.set(text, name)
      return (await client.query({ name, text, values: [...values] })).rows as Row[]
    }
  }
}

/** How far an attempt has come. */
interface Attempt {
  stage: 'connecting' | 'working' | 'committing'
  readonly inDoubt: boolean
  readonly waitsForLocks: boolean
}
