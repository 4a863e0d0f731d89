import type { Snapshot } from '@pollcast/shared/poll'
import { PollError } from '../polls/errors.ts'
import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import { type Channel, listen, post } from './channel.ts'
import { inBundles } from './in-bundles.ts'
import type { Answer, Ask } from './write-desk.ts'

interface Waiting {
  // biome-ignore lint/suspicious/noExplicitAny: what was asked decides what the answer is
  resolve(written: any): void
  reject(error: Error): void
}

/** A worker's way to the one process of its pool that writes: see write-desk.ts. */
export class WriteLine implements PollWriter {
  readonly #waiting = new Map<number, Waiting>()
  readonly #ask: (ask: Ask) => void
  #asked = 0

  constructor(channel: Channel) {
    this.#ask = inBundles((asks) => {
      post(channel, 'writes', asks).catch((error) => {
        for (const { id } of asks) this.#take(id)?.reject(error)
      })
    })
    listen<Answer[]>(channel, 'writes', (answers) => this.#answered(answers))
  }

  record(vote: Vote): Promise<RecordedVote> {
    return this.#written((id) => this.#ask({ id, vote }))
  }

  create(poll: PollRecord): Promise<StoredPoll> {
    return this.#written((id) => this.#ask({ id, poll }))
  }

  #written<T>(ask: (id: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#asked += 1
      this.#waiting.set(this.#asked, { resolve, reject })
      ask(this.#asked)
    })
  }

  #answered(answers: readonly Answer[]): void {
    let last: Snapshot | undefined
    for (const answer of answers) {
      const waiting = this.#take(answer.id)
      if ('created' in answer) waiting?.resolve(answer.created)
      else if ('recorded' in answer) {
        last = answer.recorded.snapshot ?? last
        waiting?.resolve({ ...answer.recorded, snapshot: last })
      } else {
        const { message, code } = answer.refused
        waiting?.reject(code ? new PollError(code, message) : new Error(message))
      }
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }
}
