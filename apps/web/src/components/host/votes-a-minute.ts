const MINUTE_MS = 60_000

interface Sample {
  at: number
  voters: number
}

/** Counts how many more have voted than a minute ago, from what a page saw. */
export class VotesAMinute {
  /** The first one is the newest that is a minute old, or the first that was seen. */
  #samples: Sample[] = []

  /** @param at milliseconds of any clock that only goes forward */
  add(voters: number, at: number): void {
    if (this.#samples.at(-1)?.voters !== voters) this.#samples.push({ at, voters })
  }

  /** Votes that were taken back don't make it negative. */
  at(now: number): number {
    while ((this.#samples[1]?.at ?? now) <= now - MINUTE_MS) this.#samples.shift()
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    return first && last ? Math.max(0, last.voters - first.voters) : 0
  }
}
