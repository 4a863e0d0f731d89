/** What clients do wrong on a connection, in the words of the log. */
export type ClientFault =
  | 'left in the middle of a request'
  | 'malformed request'
  | 'headers too large'
  | 'headers too slow'
  | 'body too slow'
  | 'answer not read'
  | 'bytes sent on a stream'
  | 'bytes sent after Connection: close'
  | 'refused, too many at once'

const MINUTE_MS = 60_000

/**
 * Counts what clients do wrong, by kind, and logs at most one line a minute: anyone can cause such faults as often as they
 * like. What they sent is not logged: there may be cookies in it.
 */
export class ClientFaults {
  readonly #log: (line: string, counts: Record<string, number>) => void
  readonly #onCount: (fault: ClientFault) => void
  readonly #intervalMs: number
  readonly #counts = new Map<ClientFault, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    log: (line: string, counts: Record<string, number>) => void,
    intervalMs = MINUTE_MS,
    onCount: (fault: ClientFault) => void = () => {},
  ) {
    this.#onCount = onCount
    this.#log = log
    this.#intervalMs = intervalMs
  }

  count(fault: ClientFault): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1)
    this.#onCount(fault)
    this.#timer ??= setTimeout(() => this.flush(), this.#intervalMs).unref()
  }

  /** Logs what has been counted since the last line, if anything. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#counts.size === 0) return
    const counts = [...this.#counts].map(([fault, count]) => `${fault}: ${count}`)
    const fields = Object.fromEntries([...this.#counts].map(([fault, count]) => [fault.replaceAll(/\W+/g, '-'), count]))
    this.#counts.clear()
    this.#log(`Client faults since the last such line (at most one a minute): ${counts.join(', ')}`, fields)
  }
}
