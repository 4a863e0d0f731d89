import type { RecordedVote, Vote } from '../polls/poll-store.ts'
import { writeBatch } from './write-batch.ts'
import type { WriteQueue } from './write-queue.ts'

/** How many votes go into one transaction: enough to make its fsync cheap, few enough to be done in milliseconds. */
const MOST = 500

interface Pending {
  vote: Vote
  resolve: (recorded: RecordedVote) => void
  reject: (error: unknown) => void
}

/**
 * Gathers the votes that come while a transaction is under way into the next one. A lone vote waits for nobody; each
 * is answered only after the commit of the transaction it was in.
 */
export class VoteBatcher {
  readonly #queue: WriteQueue
  #pending: Pending[] = []

  constructor(queue: WriteQueue) {
    this.#queue = queue
  }

  record(vote: Vote): Promise<RecordedVote> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ vote, resolve, reject })
      if (this.#pending.length === 1) this.#schedule()
    })
  }

  #schedule(): void {
    let batch: Pending[] | undefined
    const take = () => {
      const taken = this.#pending.splice(0, MOST)
      if (this.#pending.length > 0) this.#schedule()
      return taken
    }
    this.#queue
      .run(({ query }) => {
        batch = take()
        return writeBatch(
          query,
          batch.map(({ vote }) => vote),
        )
      })
      .then(
        (results) => settle(batch ?? [], results),
        // Where not even BEGIN went through, it would not for one vote either.
        (error: Error) => (batch ? this.#alone(batch, error) : refuse(take(), error)),
      )
  }

  /** A batch that could not be written may have failed for one vote's sake: each gets a transaction of its own. */
  #alone(batch: readonly Pending[], error: Error): void {
    if (batch.length < 2) return refuse(batch, error)
    for (const one of batch) {
      this.#queue
        .run(({ query }) => writeBatch(query, [one.vote]))
        .then(
          (results) => settle([one], results),
          (reason: Error) => refuse([one], reason),
        )
    }
  }
}

function refuse(batch: readonly Pending[], error: Error): void {
  for (const { reject } of batch) reject(error)
}

function settle(batch: readonly Pending[], results: readonly (RecordedVote | Error)[]): void {
  for (const [index, { resolve, reject }] of batch.entries()) {
    const result = results[index]
    if (!result || result instanceof Error) reject(result)
    else resolve(result)
  }
}
