import { DAY_MS } from '../lib/time.ts'
import { PollError } from '../polls/errors.ts'
import type { Vote } from '../polls/ports.ts'
import { all, type Query } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

const today = () => Math.floor(Date.now() / DAY_MS)

interface KnownVote {
  scope: string
  /** JSON */
  answer: string
}

/**
 * The idempotency keys of a batch's votes, read and written in its transaction. They are kept for a day at least and for
 * two at most. Where no vote has one, nothing is asked of the database.
 */
export class IdempotencyKeys {
  readonly #used: Map<string, string>
  readonly #added: (KnownVote & { pollId: string })[] = []

  private constructor(used: readonly KnownVote[]) {
    this.#used = new Map(used.map(({ scope, answer }) => [scope, answer]))
  }

  static async read(query: Query, sql: VoteSql, votes: readonly Vote[]): Promise<IdempotencyKeys> {
    const scopes = votes.flatMap(({ idempotencyScope }) => idempotencyScope ?? [])
    if (scopes.length === 0) return new IdempotencyKeys([])
    return new IdempotencyKeys(await query<KnownVote>(sql.idempotencyKeys, [JSON.stringify(scopes), today()]))
  }

  /**
   * Whether the vote was counted before. The error is for another vote with the same key.
   *
   * @param answer the vote's, as its poll's kind normalizes it
   */
  isRepeat({ idempotencyScope }: Vote, answer: unknown): boolean | PollError {
    const used = idempotencyScope === undefined ? undefined : this.#used.get(idempotencyScope)
    if (used === undefined || used === JSON.stringify(answer)) return used !== undefined
    return new PollError(
      'idempotency-key-reused',
      'This Idempotency-Key came with another vote before. A new vote needs a new key.',
    )
  }

  add({ idempotencyScope: scope, pollId }: Vote, answer: unknown): void {
    if (scope === undefined) return
    const text = JSON.stringify(answer)
    this.#used.set(scope, text)
    this.#added.push({ scope, answer: text, pollId })
  }

  /** Writes those that were added, and deletes twice as many old ones: so it is never much at once, and they run out. */
  async write(query: Query, sql: VoteSql): Promise<void> {
    if (this.#added.length === 0) return
    const day = today()
    const rows = this.#added.map(({ scope, answer, pollId }) => [day, scope, answer, pollId])
    await all([
      query(sql.writeIdempotencyKeys, [JSON.stringify(rows)]),
      query(sql.deleteOldIdempotencyKeys, [day - 1, rows.length * 2]),
    ])
  }
}
