import { kindOf } from './kinds/index.ts'
import type { PollState } from './state.ts'

/**
 * Counts votes on one poll, from a state read inside a transaction to the one to write in it. Accepts only
 * valid, normalized answers.
 */
export class Tally {
  readonly before: PollState
  /** The ballots that are other than they were: voter to the answer as JSON. */
  readonly changedBallots = new Map<string, string>()
  /** The counters that changed, with their new values. */
  readonly movedCounters = new Map<string, number>()
  readonly #ballots: ReadonlyMap<string, string>
  #revision: number
  #voters: number
  #after: PollState | undefined

  /** @param ballots the ballots that the voters to come have cast before: voter to the answer as JSON */
  constructor(before: PollState, ballots: ReadonlyMap<string, string>) {
    this.before = before
    this.#ballots = ballots
    this.#revision = before.revision
    this.#voters = before.voters
  }

  /** Puts the answer on the voter's ballot. False where it is there already: then nothing changes. */
  cast(voterId: string, answer: unknown): boolean {
    const old = this.changedBallots.get(voterId) ?? this.#ballots.get(voterId)
    const text = JSON.stringify(answer)
    if (text === old) return false
    if (old === undefined) this.#voters += 1
    else this.#count(JSON.parse(old), -1)
    this.#count(answer, 1)
    this.#revision += 1
    this.changedBallots.set(voterId, text)
    return true
  }

  /** The poll after all votes cast, the same object each time it is asked for. Cast no vote after that. */
  get after(): PollState {
    this.#after ??=
      this.changedBallots.size === 0
        ? this.before
        : {
            ...this.before,
            revision: this.#revision,
            voters: this.#voters,
            counters: { ...this.before.counters, ...Object.fromEntries(this.movedCounters) },
          }
    return this.#after
  }

  #count(answer: unknown, sign: 1 | -1): void {
    for (const [key, value] of kindOf(this.before).counts(answer)) {
      const old = this.movedCounters.get(key) ?? this.before.counters[key] ?? 0
      this.movedCounters.set(key, old + sign * value)
    }
  }
}
