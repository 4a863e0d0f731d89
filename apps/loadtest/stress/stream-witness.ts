import type { EventSourceMessage } from 'eventsource-parser'
import type { History } from './history.ts'

/** One who watches polls, over all the connections that it takes. */
export class StreamWitness {
  readonly pollIds: readonly string[]
  /** The newest revision of each poll that was shown last. */
  readonly shown = new Map<string, number>()
  readonly #history: History
  #first = new Set<string>()
  #readable = () => true

  constructor(history: History, pollIds: readonly string[]) {
    this.#history = history
    this.pollIds = pollIds
  }

  /** What to say on the next connection: on a stream of several polls an id is that of any of them, and says nothing. */
  get lastEventId(): string | undefined {
    const [pollId = '', ...others] = this.pollIds
    const revision = this.shown.get(pollId)
    return others.length > 0 || revision === undefined ? undefined : String(revision)
  }

  /**
   * From here on it is another connection.
   *
   * @param readable whether its node can have read the database ever since it was asked: then what it shows first is no
   *   older than what it was told that this stream had seen
   */
  connected(readable: () => boolean): void {
    this.#first = new Set(this.pollIds)
    this.#readable = readable
  }

  took({ event, id, data }: EventSourceMessage): void {
    const { faults } = this.#history
    this.#history.frames += 1
    const snapshot = this.#history.read(parsed(data), 'a frame')
    if (!snapshot) return
    const { pollId, revision } = snapshot
    if (!this.pollIds.includes(pollId)) return faults.note(`a stream was shown ${pollId}, which it does not watch`)
    if (id !== String(revision)) faults.note(`a frame of revision ${revision} had the id ${id}`)
    const before = this.shown.get(pollId) ?? -1
    this.shown.set(pollId, revision)
    const first = this.#first.delete(pollId)
    if (event !== (first ? 'snapshot' : 'update')) {
      faults.note(`a connection's ${first ? 'first' : 'later'} event of a poll was "${event}"`)
    }
    if (first) this.#cameBack(pollId, before, revision)
    else if (revision <= before) faults.note(`a stream of ${pollId} went from revision ${before} to ${revision}`)
  }

  #cameBack(pollId: string, before: number, revision: number): void {
    if (revision >= before) return
    this.#history.wentBack += 1
    if (this.pollIds.length > 1 || !this.#readable()) return
    this.#history.faults.note(`a stream of ${pollId} that had seen revision ${before} came back to ${revision}`)
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
