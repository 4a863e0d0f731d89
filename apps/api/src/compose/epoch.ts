/** Milliseconds between two looks at the database: another process may have renewed the epoch. */
const LOOK_MS = 5000

interface EpochParts {
  /** The epoch at the start. */
  current: string
  /** Resolves with the epoch that the database has. */
  read(): Promise<string>
  /** Renews it, if it is still the known one. Resolves with the epoch that is on. */
  renew(known: string): Promise<string>
  /** Called with each other epoch, once. */
  onRenewed(epoch: string): void
  onError(error: unknown): void
}

/**
 * The epoch of the database, followed by this process (docs/decisions/0036). It is read now and then, and not told by
 * pubsub: there messages may be lost, and one process on PostgreSQL may be all that noticed.
 */
export class Epoch {
  readonly #parts: EpochParts
  readonly #timer: NodeJS.Timeout
  #current: string
  /** Whether what has been read shows that the current one is over. */
  #isOver = false
  #asking: Promise<void> | undefined

  constructor(parts: EpochParts) {
    this.#parts = parts
    this.#current = parts.current
    this.#timer = setInterval(() => this.#ask(), LOOK_MS).unref()
  }

  get current(): string {
    return this.#current
  }

  /** The database was set back: what has been shown of it is of an epoch that is over. If that can't be written, it is tried again. */
  renew(): void {
    this.#isOver = true
    this.#ask()
  }

  /** Resolves when nothing is asked of the database any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#asking
  }

  #ask(): void {
    this.#asking ??= this.#follow()
      .catch(this.#parts.onError)
      .finally(() => {
        this.#asking = undefined
      })
  }

  async #follow(): Promise<void> {
    if (!this.#isOver) this.#enter(await this.#parts.read())
    // Also if that was noticed only now.
    if (this.#isOver) this.#enter(await this.#parts.renew(this.#current))
  }

  #enter(epoch: string): void {
    if (epoch === this.#current) return
    this.#current = epoch
    this.#isOver = false
    this.#parts.onRenewed(epoch)
  }
}
