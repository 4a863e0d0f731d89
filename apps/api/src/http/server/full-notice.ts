import type { Log } from '../../lib/log.ts'

/** How long no connection must have been refused before it is over. */
const OVER_MS = 60_000

/** Tells the log that connections are refused: once when it begins and once when it is over, however often it happens. */
export class FullNotice {
  readonly #log: Log
  readonly #most: number
  readonly #overMs: number
  #refused = 0
  #over: NodeJS.Timeout | undefined

  /** @param most how many connections there may be */
  constructor(log: Log, most: number, overMs = OVER_MS) {
    this.#log = log
    this.#most = most
    this.#overMs = overMs
  }

  /** A connection was refused, since there are as many as there may be. */
  refused(): void {
    this.#refused += 1
    if (this.#over) return void this.#over.refresh()
    this.#log.error(
      `${this.#most} connections are open, which is all that the limit on open files has room for: new ones are ` +
        'closed at once. Raise the limit: ulimit -n, or LimitNOFILE= in a systemd unit.',
    )
    this.#over = setTimeout(() => this.#tellOver(), this.#overMs).unref()
  }

  #tellOver(): void {
    this.#log.info(`There is room for new connections again. ${this.#refused} were closed.`)
    this.#over = undefined
    this.#refused = 0
  }
}
