import type { EndData } from '@pollcast/shared/stream'
import type { EventSourceMessage } from 'eventsource-parser'
import type { History } from './history.ts'

/** Checks what a client is shown of its polls, over all of its connections. */
export class StreamObserver {
  readonly pollIds: readonly string[]
  /** The revision of each poll that was shown last. */
  readonly shown = new Map<string, number>()
  readonly #history: History
  readonly #ids = new Map<string, string>()
  #awaitingFirst = new Set<string>()
  #readable = () => true

  constructor(history: History, pollIds: readonly string[]) {
    this.#history = history
    this.pollIds = pollIds
  }

  /** For the next connection. On a stream of several polls the last id is of one of them alone. */
  get lastEventId(): string | undefined {
    const [pollId = '', ...others] = this.pollIds
    return others.length > 0 ? undefined : this.#ids.get(pollId)
  }

  /**
   * The events that follow come on a new connection.
   *
   * @param readable whether its server could read the database ever since it got the request. If so, what it shows first
   *   must not be older than the `Last-Event-ID`.
   */
  connected(readable: () => boolean): void {
    this.#awaitingFirst = new Set(this.pollIds)
    this.#readable = readable
  }

  received({ event, id, data }: EventSourceMessage): void {
    const { failures } = this.#history
    this.#history.frames += 1
    if (event === 'current') return this.#current(id)
    if (event === 'end') return this.#end(data)
    const snapshot = this.#history.read(parsed(data), 'a frame')
    if (!snapshot) return
    const { pollId, revision, view } = snapshot
    if (!this.pollIds.includes(pollId)) return failures.note(`a stream was shown ${pollId}, which it did not ask for`)
    const named = id?.split('.').slice(1, 4).join('.')
    if (named !== `${pollId}.${view}.${revision}`) failures.note(`a frame of revision ${revision} had the id ${id}`)
    if (view !== 'public') failures.note(`a stranger's stream of ${pollId} was shown the view of the ${view}`)
    this.#ids.set(pollId, id ?? '')
    const before = this.shown.get(pollId) ?? -1
    this.shown.set(pollId, revision)
    const first = this.#awaitingFirst.delete(pollId)
    if (event !== (first ? 'snapshot' : 'update')) {
      failures.note(`a connection's ${first ? 'first' : 'later'} event of a poll was "${event}"`)
    }
    if (first) this.#reconnected(pollId, before, revision)
    else if (revision <= before) failures.note(`a stream of ${pollId} went from revision ${before} to ${revision}`)
  }

  /** The server says that the revision with this id, which the client has sent, is still the newest. */
  #current(id: string | undefined): void {
    const [pollId = ''] = this.pollIds
    if (!this.#awaitingFirst.delete(pollId) || id === undefined || id !== this.lastEventId) {
      this.#history.failures.note(
        `a stream of ${pollId} that had seen ${this.lastEventId} was told that ${id} is current`,
      )
    }
  }

  /** A node that is stopped says so. No poll is deleted in a run, and clients without a key can't lose one. */
  #end(data: string): void {
    const { reason } = (parsed(data) ?? {}) as Partial<EndData>
    if (reason !== 'shutdown') this.#history.failures.note(`a stream was ended by ${data}`)
  }

  #reconnected(pollId: string, before: number, revision: number): void {
    if (revision >= before) return
    this.#history.wentBack += 1
    if (this.pollIds.length > 1 || !this.#readable()) return
    this.#history.failures.note(`a stream of ${pollId} that had seen revision ${before} came back to ${revision}`)
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
