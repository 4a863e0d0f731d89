import type { Snapshot } from '@pollcast/shared/poll'

/**
 * Counts votes on one poll, from a state read inside a transaction to the one to write in it. It is told only of
 * votes that keep the poll's rules.
 */
export class Tally {
  /** The ballots that are other than they were: voter to choice ids. */
  readonly changed = new Map<string, readonly number[]>()
  readonly #before: Snapshot
  readonly #ballots: ReadonlyMap<string, readonly number[]>
  readonly #votes: Map<number, number>
  #revision: number
  #totalVotes: number
  #snapshot: Snapshot | undefined

  /** @param ballots the ballots that the voters to come have cast before */
  constructor(before: Snapshot, ballots: ReadonlyMap<string, readonly number[]>) {
    this.#before = before
    this.#ballots = ballots
    this.#votes = new Map(before.choices.map((choice) => [choice.id, choice.votes]))
    this.#revision = before.revision
    this.#totalVotes = before.totalVotes
  }

  /** Puts the voter's ballot on these choices, ascending. False where it is on them already: then nothing changes. */
  cast(voterId: string, choiceIds: readonly number[]): boolean {
    const before = this.changed.get(voterId) ?? this.#ballots.get(voterId)
    if (before && before.length === choiceIds.length && before.every((id, index) => id === choiceIds[index])) {
      return false
    }
    for (const id of before ?? []) this.#count(id, -1)
    for (const id of choiceIds) this.#count(id, 1)
    if (!before) this.#totalVotes += 1
    this.#revision += 1
    this.changed.set(voterId, choiceIds)
    return true
  }

  /** The poll after all votes cast, the same object each time it is asked for. Cast no vote after that. */
  get snapshot(): Snapshot {
    this.#snapshot ??= this.changed.size === 0 ? this.#before : this.#after()
    return this.#snapshot
  }

  #count(choiceId: number, difference: number): void {
    this.#votes.set(choiceId, (this.#votes.get(choiceId) ?? 0) + difference)
  }

  #after(): Snapshot {
    const choices = this.#before.choices.map(({ id, text }) => ({ id, text, votes: this.#votes.get(id) ?? 0 }))
    return { ...this.#before, revision: this.#revision, totalVotes: this.#totalVotes, choices }
  }
}
