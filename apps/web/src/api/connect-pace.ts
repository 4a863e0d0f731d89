import { type Moment, moment, since } from './elapsed.ts'
import { restartDelay, retryDelay } from './retry-delay.ts'

/** For so long a server that said that it goes is expected back. */
const RESTART_MS = 60_000

/** When the next connection is tried: by how many have failed, and by what the server has said. */
export class ConnectPace {
  /** In a row. */
  failures = 0
  /** What the stream's `retry` field asks for. */
  serverRetryMs = 0
  #isServerGoing = false
  /** When the server said that it goes; undefined once it is back. */
  #goneAt: Moment | undefined

  serverGoes(): void {
    this.#isServerGoing = true
    this.#goneAt = moment()
  }

  serverIsBack(): void {
    this.#goneAt = undefined
  }

  get isRestarting(): boolean {
    return this.#goneAt !== undefined && since(this.#goneAt) < RESTART_MS
  }

  /** Milliseconds until the next connection. The one before it counts as failed. */
  next(minDelay: number): number {
    const delay = this.#delay(minDelay)
    this.failures += 1
    if (this.#isServerGoing) this.serverRetryMs = 0
    this.#isServerGoing = false
    return delay
  }

  #delay(minDelay: number): number {
    // A server that goes has spread its clients out already.
    if (this.#isServerGoing) return this.serverRetryMs
    return this.isRestarting
      ? restartDelay(minDelay)
      : retryDelay(this.failures, Math.max(minDelay, this.serverRetryMs))
  }
}
