import { routes } from '@pollcast/shared/routes'
import { Failures } from '../processes/failures.ts'
import { now } from './clock.ts'
import { type LoadedPoll, refusal } from './loaded-poll.ts'
import type { Base } from './target.ts'
import { VoteConnection, voteRequest } from './vote-connection.ts'

/** The result of casting votes at a rate. */
export interface Storm {
  /** Votes a second that were due. */
  offered: number
  acknowledgedPerSecond: number
  /** Milliseconds from when each was due to its acknowledgement, waiting for a free connection included. */
  waits: number[]
  lastSentAt: number
}

interface Taken {
  /** Which of the polls. */
  index: number
  snapshot(): unknown
}

interface Connection {
  connection: VoteConnection
  /** A vote for each poll, ready to be sent. */
  requests: string[]
  broken: boolean
}

/** Casts votes, on connections spread over the target's addresses, on one poll after another. */
export class VoteLoad {
  readonly failures = new Failures()
  readonly #polls: readonly LoadedPoll[]
  readonly #connections: Connection[]
  #turn = 0

  constructor(bases: readonly Base[], polls: readonly LoadedPoll[], connections: number) {
    this.#polls = polls
    this.#connections = Array.from({ length: connections }, (_, index) => {
      const base = bases[index % bases.length] as Base
      const requests = polls.map(({ id, choiceId }) => voteRequest(base.authority, routes.votes(id), choiceId))
      return { connection: new VoteConnection(base), requests, broken: false }
    })
  }

  /** The index of the poll that is voted on next. */
  get next(): number {
    return this.#turn % this.#polls.length
  }

  /** Casts one vote on the next poll. Resolves with the snapshot in its answer, if it was taken. */
  vote(): Promise<Taken | undefined> {
    return this.#cast(this.#connections[0] as Connection)
  }

  /** Casts votes for so many seconds: at the rate, or where that is infinite as fast as they are acknowledged. */
  storm(rate: number, seconds: number): Promise<Storm> {
    const start = now()
    const end = start + seconds * 1000
    const waits: number[] = []
    const free = [...this.#connections]
    let sent = 0
    let busy = 0
    let lastSentAt = start
    let lastAnswerAt = start

    const cast = async (connection: Connection, dueAt: number) => {
      sent += 1
      busy += 1
      lastSentAt = now()
      if (await this.#cast(connection)) waits.push(now() - dueAt)
      lastAnswerAt = now()
      busy -= 1
      if (!connection.broken) free.push(connection)
    }
    const castDue = () => {
      for (const time = now(); time < end && free.length > 0; ) {
        const dueAt = rate === Number.POSITIVE_INFINITY ? time : start + (sent * 1000) / rate
        if (dueAt > time || dueAt >= end) return
        void cast(free.shift() as Connection, dueAt).then(castDue)
      }
    }
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        castDue()
        if (busy > 0 || (now() < end && free.length > 0 && sent < rate * seconds)) return
        clearInterval(timer)
        const acknowledgedPerSecond = (waits.length * 1000) / Math.max(lastAnswerAt - start, 1)
        const offered = rate === Number.POSITIVE_INFINITY ? acknowledgedPerSecond : rate
        resolve({ offered, acknowledgedPerSecond, waits, lastSentAt })
      }, 1)
    })
  }

  close(): void {
    for (const { connection } of this.#connections) connection.close()
  }

  async #cast(connection: Connection): Promise<Taken | undefined> {
    const index = this.next
    this.#turn += 1
    const poll = this.#polls[index] as LoadedPoll
    poll.sentAt.push(now())
    try {
      const { status, text } = await connection.connection.send(connection.requests[index] as string)
      if (status === 201) {
        poll.acknowledged += 1
        return { index, snapshot: () => JSON.parse(text()) }
      }
      this.failures.note(`a vote was refused: ${refusal(status, text())}`)
    } catch (error) {
      connection.broken = true
      this.failures.note(`a vote was not answered: ${(error as Error).message}`)
    }
    return undefined
  }
}
