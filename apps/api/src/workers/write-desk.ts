import type { Snapshot } from '@pollcast/shared/poll'
import type { ProblemCode } from '@pollcast/shared/problem'
import { PollError } from '../polls/errors.ts'
import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import { type Channel, listen, post } from './channel.ts'
import { inBundles } from './in-bundles.ts'

/** Something that a worker wants written, with a number to answer it by. */
export type Ask = { id: number } & ({ vote: Vote } | { poll: PollRecord })

/** What became of it. */
export type Answer = { id: number } & (
  | { recorded: Omit<RecordedVote, 'snapshot'> & { snapshot?: Snapshot | undefined } }
  | { created: StoredPoll }
  /** Without a code no rule was broken: something went wrong. */
  | { refused: { message: string; code?: ProblemCode } }
)

/**
 * Writes for a worker of a pool. SQLite has one writer at a time: where one process writes for all, votes that come to
 * different workers share a transaction, and none waits for a lock that is handed out by chance.
 */
export function serveWrites(worker: Channel, store: PollWriter): void {
  // A worker that has gone hears of nothing any more; what it asked for is written all the same.
  const answer = inBundles<Answer>((answers) => void post(worker, 'writes', withoutRepeats(answers)).catch(() => {}))
  const write = async (ask: Ask): Promise<Answer> => {
    const { id } = ask
    try {
      if ('vote' in ask) return { id, recorded: await store.record(ask.vote) }
      return { id, created: await store.create(ask.poll) }
    } catch (error) {
      const { message } = error as Error
      return { id, refused: error instanceof PollError ? { message, code: error.code } : { message } }
    }
  }
  listen<Ask[]>(worker, 'writes', (asked) => {
    for (const ask of asked) void write(ask).then(answer)
  })
}

/** Votes that were committed together have the same snapshot: only the first of those in a row carries it. */
function withoutRepeats(answers: readonly Answer[]): Answer[] {
  let last: Snapshot | undefined
  return answers.map((answer) => {
    if (!('recorded' in answer)) return answer
    const { changed, snapshot } = answer.recorded
    const recorded = snapshot === last ? { changed } : { changed, snapshot }
    last = snapshot
    return { id: answer.id, recorded }
  })
}
