import type { Snapshot } from '@pollcast/shared/poll'
import type { ProblemCode } from '@pollcast/shared/problem'
import { PollError } from '../polls/errors.ts'
import type { PollRecord, PollWriter, RecordedVote, StoredPoll, Vote } from '../polls/poll-store.ts'
import { type Channel, listen, post } from './channel.ts'

/** Something that a worker wants written. It asks for several at once, and for more when it has the answers. */
export type Ask = { vote: Vote } | { poll: PollRecord }

/** What became of it, in the order asked for. */
export type Answer =
  /** Without a snapshot it is that of the poll's vote before: they were committed together. */
  | (Omit<RecordedVote, 'snapshot'> & { snapshot?: Snapshot | undefined })
  | { created: StoredPoll }
  /** Without a code no rule was broken: something went wrong, at the place that the stack tells. */
  | { refused: string; code?: ProblemCode; stack?: string | undefined }

/**
 * Writes for a worker of a pool. SQLite has one writer at a time: where one process writes for all, votes that come to
 * different workers share a transaction, and none waits for a lock that is handed out by chance.
 */
export function serveWrites(worker: Channel, store: PollWriter): void {
  listen<Ask[]>(worker, 'writes', async (asked) => {
    const answers = await Promise.all(asked.map((ask) => write(ask, store)))
    // A worker that has gone hears of nothing any more; what it asked for is written all the same.
    post(worker, 'writes', withoutRepeats(answers)).catch(() => {})
  })
}

async function write(ask: Ask, store: PollWriter): Promise<Answer> {
  try {
    return 'vote' in ask ? await store.record(ask.vote) : { created: await store.create(ask.poll) }
  } catch (error) {
    const { message: refused, stack } = error as Error
    return error instanceof PollError ? { refused, code: error.code } : { refused, stack }
  }
}

/** The same object is written down once for all votes that have it. */
function withoutRepeats(answers: readonly Answer[]): Answer[] {
  const last = new Map<string, Snapshot>()
  return answers.map((answer) => {
    if (!('changed' in answer) || !answer.snapshot) return answer
    const { snapshot, ...others } = answer
    if (last.get(snapshot.pollId) === snapshot) return others
    last.set(snapshot.pollId, snapshot)
    return answer
  })
}
