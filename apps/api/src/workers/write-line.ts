import type { Snapshot } from '@pollcast/shared/poll'
import { PollError } from '../polls/errors.ts'
import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import { type Channel, listen, post } from './channel.ts'
import type { Answer, Ask } from './write-desk.ts'

interface Pending {
  ask: Ask
  resolve(written: RecordedVote | StoredPoll): void
  reject(error: Error): void
}

/**
 * A worker's way to the one process of its pool that writes (write-desk.ts). What comes while that has something to do
 * for this worker goes there together when it is done: a message costs both processes more than what is in it.
 */
export class WriteLine implements PollWriter {
  readonly #channel: Channel
  #gathered: Pending[] = []
  #underWay: Pending[] = []

  constructor(channel: Channel) {
    this.#channel = channel
    listen<Answer[]>(channel, 'writes', (answers) => this.#answered(answers))
  }

  record(vote: Vote): Promise<RecordedVote> {
    return this.#ask<RecordedVote>({ vote })
  }

  create(poll: PollRecord): Promise<StoredPoll> {
    return this.#ask<StoredPoll>({ poll })
  }

  #ask<Written extends RecordedVote | StoredPoll>(ask: Ask): Promise<Written> {
    return new Promise((resolve, reject) => {
      const first = this.#gathered.push({ ask, resolve: resolve as Pending['resolve'], reject }) === 1
      // Those that come in the same turn go with it.
      if (first) setImmediate(() => this.#send())
    })
  }

  #send(): void {
    if (this.#underWay.length > 0 || this.#gathered.length === 0) return
    const sent = this.#gathered
    this.#gathered = []
    this.#underWay = sent
    const asked = sent.map(({ ask }) => ask)
    post(this.#channel, 'writes', asked).catch((error) => {
      this.#underWay = []
      for (const { reject } of sent) reject(error)
      this.#send()
    })
  }

  #answered(answers: readonly Answer[]): void {
    const answered = this.#underWay
    this.#underWay = []
    this.#send()
    const last = new Map<string, Snapshot>()
    for (const [index, { ask, resolve, reject }] of answered.entries()) {
      const answer = answers[index] as Answer
      if ('refused' in answer) reject(errorOf(answer))
      else if ('created' in answer) resolve(answer.created)
      else if ('vote' in ask) {
        const snapshot = answer.snapshot ?? (last.get(ask.vote.pollId) as Snapshot)
        last.set(snapshot.pollId, snapshot)
        resolve({ ...answer, snapshot })
      }
    }
  }
}

function errorOf({ refused, code, stack }: Extract<Answer, { refused: string }>): Error {
  return code ? new PollError(code, refused) : Object.assign(new Error(refused), { stack })
}
