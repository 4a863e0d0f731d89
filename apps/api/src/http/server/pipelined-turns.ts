/** Connections that go on in one turn of the event loop. */
const AT_ONCE = 16

interface Waiting {
  /** Begins its next request. */
  goOn(): void
}

/**
 * Has connections go on whose next request has come before the last one was answered: a few in each turn of the event loop, one
 * after the other. A thousand of them would otherwise begin a thousand requests before anybody else is heard.
 */
export class PipelinedTurns {
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>()
  #isDue = false

  add(connection: Waiting): void {
    this.#waiting.add(connection)
    this.#runLater()
  }

  #runLater(): void {
    if (this.#isDue || this.#waiting.size === 0) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      let left = AT_ONCE
      for (const connection of this.#waiting) {
        this.#waiting.delete(connection)
        connection.goOn()
        left -= 1
        if (left === 0) break
      }
      this.#runLater()
    })
  }
}
