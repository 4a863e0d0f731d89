import type { EventSourceMessage } from 'eventsource-parser'
import type { History } from './history.ts'

/** Whether it is a fault that a stream which says what it has seen (Last-Event-ID) is first shown something older. */
const MAY_GO_BACK = true

/** One who watches polls, over all the connections that it takes. */
export class StreamWitness {
  readonly pollIds: readonly string[]
  /** The newest revision of each poll that was shown last. */
  readonly shown = new Map<string, number>()
  readonly #history: History
  #first = new Set<string>()

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

  /** From here on it is another connection. */
  connected(): void {
    this.#first = new Set(this.pollIds)
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
    if (first) this.#cameBack(before, revision)
    else if (revision <= before) faults.note(`a stream of ${pollId} went from revision ${before} to ${revision}`)
  }

  #cameBack(before: number, revision: number): void {
    if (revision >= before) return
    this.#history.wentBack += 1
    if (!MAY_GO_BACK && this.lastEventId !== undefined) {
      this.#history.faults.note(`a stream that had seen revision ${before} came back to ${revision}`)
    }
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
