import { LinkedList, type Node } from '../../lib/linked-list.ts'

/** Pipelined requests that are being handled at a time. */
const AT_ONCE = 16

export interface Waiting {
  /** Begins its next request. Resolves when that is handled; undefined if none has begun, or it was handled at once. */
  goOn(): Promise<unknown> | undefined
}

/**
 * Has connections go on whose next request has come before the last one was answered: a few at a time, one after the other.
 * A thousand of them would otherwise have a thousand requests in hand at any time, and everybody else would wait for
 * as many at each step of their own.
 */
export class PipelinedTurns {
  /** In the order in which they came. */
  readonly #waiting = new LinkedList<Waiting>()
  #handling = 0
  #isDue = false
  #isPaused = false

  add(connection: Waiting): Node<Waiting> {
    this.#runLater()
    return this.#waiting.add(connection)
  }

  delete(waiting: Node<Waiting>): void {
    this.#waiting.delete(waiting)
  }

  /** While it is paused, none begins. Some do between two pauses, however short the time. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (!isPaused) this.#run()
  }

  /** In another turn of the event loop: requests with immediate answers would hold up all others too. */
  #runLater(): void {
    if (this.#isDue || this.#isPaused) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      if (!this.#isPaused) this.#run()
    })
  }

  #run(): void {
    let left = AT_ONCE - this.#handling
    for (const waiting of this.#waiting) {
      if (left === 0) return
      left -= 1
      this.#waiting.delete(waiting)
      this.#begin(waiting.value)
    }
  }

  #begin(connection: Waiting): void {
    const handled = connection.goOn()
    if (!handled) return this.#runLater()
    this.#handling += 1
    handled.then(() => {
      this.#handling -= 1
      this.#runLater()
    })
  }
}
