import type { DataSource, QueryRunner } from 'typeorm'

/**
 * One transaction at a time, in the order asked for: TypeORM has one SQLite connection, on which a second BEGIN
 * would fail, and statements from elsewhere would slip into the open transaction.
 */
export class WriteQueue {
  readonly #runner: QueryRunner
  #last: Promise<unknown> = Promise.resolve()

  constructor(writer: DataSource) {
    this.#runner = writer.createQueryRunner()
  }

  /** Runs the work in a transaction of its own. Resolves after the commit; if the work fails, nothing is written. */
  run<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#transaction(work))
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Resolves when all that was asked for is done. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #transaction<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    // IMMEDIATE takes the write lock now, so that what the work reads is still so when it writes.
    await this.#runner.query('BEGIN IMMEDIATE')
    try {
      const result = await work(this.#runner)
      await this.#runner.query('COMMIT')
      return result
    } catch (error) {
      await this.#runner.query('ROLLBACK')
      throw error
    }
  }
}
