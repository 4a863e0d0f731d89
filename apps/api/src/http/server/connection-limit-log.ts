import type { Log } from '../../lib/log.ts'

/** Milliseconds without a refused connection after which there is room again. */
const QUIET_MS = 60_000

/** Logs that connections are being refused: once when it begins and once when it is over, however many there are. */
export class ConnectionLimitLog {
  readonly #log: Log
  readonly #limit: number
  readonly #quietMs: number
  #refused = 0
  #timer: NodeJS.Timeout | undefined

  /** @param limit how many connections may be open */
  constructor(log: Log, limit: number, quietMs = QUIET_MS) {
    this.#log = log
    this.#limit = limit
    this.#quietMs = quietMs
  }

  /** A connection was refused because the limit is reached. */
  refused(): void {
    this.#refused += 1
    if (this.#timer) return void this.#timer.refresh()
    this.#log.error(
      `${this.#limit} connections are open, which is all that the limit on open files has room for: new ones are ` +
        'closed at once. Raise the limit: ulimit -n, or LimitNOFILE= in a systemd unit.',
      { event: 'connections-full', limit: this.#limit },
    )
    this.#timer = setTimeout(() => this.#end(), this.#quietMs).unref()
  }

  #end(): void {
    this.#log.info(`There is room for new connections again. ${this.#refused} were closed.`, {
      event: 'connections-free',
      refused: this.#refused,
    })
    this.#timer = undefined
    this.#refused = 0
  }
}
