import { DAY_MS } from '../lib/time.ts'
import { PollError } from '../polls/errors.ts'
import { all, type Query } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

const today = () => Math.floor(Date.now() / DAY_MS)

/** A request that may have come with an idempotency key, and what of a poll it is about: empty where it is about a room. */
interface Keyed {
  pollId: string
  idempotencyScope?: string | undefined
}

interface KnownRequest {
  scope: string
  /** What was asked for, as JSON. */
  answer: string
}

/**
 * The idempotency keys of a batch's votes, or of a host's request, read and written in its transaction. They are kept for a
 * day at least and for two at most. Where nothing has one, nothing is asked of the database.
 */
export class IdempotencyKeys {
  readonly #used: Map<string, string>
  readonly #added: (KnownRequest & { pollId: string })[] = []

  private constructor(used: readonly KnownRequest[]) {
    this.#used = new Map(used.map(({ scope, answer }) => [scope, answer]))
  }

  static async read(query: Query, sql: VoteSql, requests: readonly Keyed[]): Promise<IdempotencyKeys> {
    const scopes = requests.flatMap(({ idempotencyScope }) => idempotencyScope ?? [])
    if (scopes.length === 0) return new IdempotencyKeys([])
    return new IdempotencyKeys(await query<KnownRequest>(sql.idempotencyKeys, [JSON.stringify(scopes), today()]))
  }

  /**
   * Whether this was done before. The error is for something else that was asked for with the same key.
   *
   * @param answer a vote's, as its poll's kind normalizes it; or what else was asked for
   */
  isRepeat({ idempotencyScope }: Keyed, answer: unknown): boolean | PollError {
    const used = idempotencyScope === undefined ? undefined : this.#used.get(idempotencyScope)
    if (used === undefined || used === JSON.stringify(answer)) return used !== undefined
    return new PollError(
      'idempotency-key-reused',
      'This Idempotency-Key came with another request before. A new one needs a new key.',
    )
  }

  add({ idempotencyScope: scope, pollId }: Keyed, answer: unknown): void {
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
