import type { Vote } from '../polls/ports.ts'
import type { Tally } from '../polls/tally.ts'
import type { Query } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

interface BurstRow {
  pollId: string
  number: number
  voided: number
}

const nameOf = (pollId: string, number: number) => `${pollId} ${number}`

/** The bursts that a batch's votes came with, read and written in its transaction. Where none did, nothing is asked of the database. */
export class Bursts {
  /** Those that are there, and whether they were voided. */
  readonly #found: ReadonlyMap<string, boolean>
  readonly #ofBallots = new Map<string, number>()
  readonly #added = new Map<string, unknown[]>()

  private constructor(rows: readonly BurstRow[]) {
    this.#found = new Map(rows.map(({ pollId, number, voided }) => [nameOf(pollId, number), voided === 1]))
  }

  static async read(query: Query, sql: VoteSql, votes: readonly Vote[]): Promise<Bursts> {
    const asked = votes.flatMap(({ pollId, burst }) => (burst === undefined ? [] : [[pollId, burst]]))
    if (asked.length === 0) return new Bursts([])
    const unique = [...new Map(asked.map((pair) => [pair.join(' '), pair])).values()]
    return new Bursts(await query<BurstRow>(sql.bursts, [JSON.stringify(unique)]))
  }

  isVoided({ pollId, burst }: Vote): boolean {
    return burst !== undefined && this.#found.get(nameOf(pollId, burst)) === true
  }

  /** The vote is on a ballot that was not there. */
  add({ burst }: Vote, { before }: Tally, ballotId: string): void {
    if (burst === undefined) return
    this.#ofBallots.set(ballotId, burst)
    const name = nameOf(before.id, burst)
    if (!this.#found.has(name)) this.#added.set(name, [before.id, before.round, burst, new Date().toISOString()])
  }

  /** Undefined for a ballot that is there, and for most. */
  ofBallot = (ballotId: string): number | undefined => this.#ofBallots.get(ballotId)

  async write(query: Query, sql: VoteSql): Promise<void> {
    if (this.#added.size > 0) await query(sql.writeBursts, [JSON.stringify([...this.#added.values()])])
  }
}
