import type { Vote } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { Query } from './transactions.ts'
import type { VoteSql } from './vote-sql.ts'

interface RoomCode {
  roomCode: string
  hash: string
}

/** The one-time codes that a batch's votes came with. Where no vote has one, nothing is asked of the database. */
export class OneTimeCodes {
  readonly #known: ReadonlySet<string>
  readonly #used: RoomCode[] = []

  private constructor(known: readonly RoomCode[]) {
    this.#known = new Set(known.map(({ roomCode, hash }) => `${roomCode} ${hash}`))
  }

  static async read(
    query: Query,
    sql: VoteSql,
    votes: readonly Vote[],
    polls: ReadonlyMap<string, PollState>,
  ): Promise<OneTimeCodes> {
    const asked = votes.flatMap(({ pollId, codeHash }) => {
      const poll = polls.get(pollId)
      return poll && codeHash !== undefined ? [[poll.room.code, codeHash]] : []
    })
    return new OneTimeCodes(asked.length > 0 ? await query<RoomCode>(sql.codes, [JSON.stringify(asked)]) : [])
  }

  has(roomCode: string, hash: string | undefined): boolean {
    return this.#known.has(`${roomCode} ${hash}`)
  }

  /** The code has voted, where the vote came with one. */
  use(roomCode: string, hash: string | undefined): void {
    if (hash !== undefined) this.#used.push({ roomCode, hash })
  }

  async write(query: Query, sql: VoteSql): Promise<void> {
    if (this.#used.length === 0) return
    await query(sql.useCodes, [JSON.stringify(this.#used.map(({ roomCode, hash }) => [roomCode, hash]))])
  }
}
