import { kindOf } from './kinds/index.ts'
import { withRevisions } from './revisions.ts'
import type { PollState } from './state.ts'

/**
 * Counts votes on one poll, from a state read inside a transaction to the one to write in it. Accepts only
 * valid, normalized answers.
 */
export class Tally {
  readonly before: PollState
  /** The ballots that are other than they were: their id to the answer as JSON, or to null where it was taken back. */
  readonly changedBallots = new Map<string, string | null>()
  /** The counters that changed, with their new values. */
  readonly movedCounters = new Map<string, number>()
  readonly #ballots: ReadonlyMap<string, string>
  #changes = 0
  #voters: number
  #after: PollState | undefined

  /** @param ballots the ballots that were cast before by the voters to come: their id to the answer as JSON */
  constructor(before: PollState, ballots: ReadonlyMap<string, string>) {
    this.before = before
    this.#ballots = ballots
    this.#voters = before.voters
  }

  /** The answer on a ballot, as JSON; null where there is none. */
  ballot(ballotId: string): string | null {
    const changed = this.changedBallots.get(ballotId)
    return changed === undefined ? (this.#ballots.get(ballotId) ?? null) : changed
  }

  /** Puts the answer on the ballot, or takes it back where the answer is null. False where it is so already: then nothing changes. */
  cast(ballotId: string, answer: unknown): boolean {
    const old = this.ballot(ballotId)
    const text = answer === null ? null : JSON.stringify(answer)
    if (text === old) return false
    if (old === null) this.#voters += 1
    else this.#count(JSON.parse(old), -1)
    if (text === null) this.#voters -= 1
    else this.#count(answer, 1)
    this.#changes += 1
    this.changedBallots.set(ballotId, text)
    return true
  }

  /** The poll after all votes cast, the same object each time it is asked for. Cast no vote after that. */
  get after(): PollState {
    this.#after ??=
      this.#changes === 0
        ? this.before
        : withRevisions(
            this.before,
            {
              ...this.before,
              voters: this.#voters,
              counters: { ...this.before.counters, ...Object.fromEntries(this.movedCounters) },
            },
            this.#changes,
          )
    return this.#after
  }

  #count(answer: unknown, sign: 1 | -1): void {
    for (const [key, value] of kindOf(this.before).counts(answer)) {
      const old = this.movedCounters.get(key) ?? this.before.counters[key] ?? 0
      this.movedCounters.set(key, old + sign * value)
    }
  }
}
