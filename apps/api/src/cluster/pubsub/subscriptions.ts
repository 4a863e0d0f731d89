import type { PubSubConnection } from './pubsub-connection.ts'

/** Subjects to subscribe to with one call. */
const BATCH = 500

interface SubscriptionsParts {
  /** Milliseconds for which a subject that is no longer wanted stays subscribed, in case it is wanted again. */
  lingerMs: number
  /** Called when the subject's messages arrive from now on. Earlier ones may have been missed. */
  onSubscribed: (subject: string) => void
  onError: (connection: PubSubConnection, error: Error) => void
}

/** The subjects that this process wants, and those that the current connection has subscribed to. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts
  readonly #wanted = new Set<string>()
  readonly #lingering = new Map<string, NodeJS.Timeout>()
  readonly #joining = new Set<string>()
  readonly #leaving = new Set<string>()
  readonly #subscribed = new Set<string>()
  #connection: PubSubConnection | undefined
  #isSyncing = false

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts
  }

  has(subject: string): boolean {
    return this.#wanted.has(subject)
  }

  add(subject: string): void {
    this.#wanted.add(subject)
    clearTimeout(this.#lingering.get(subject))
    this.#lingering.delete(subject)
    this.#leaving.delete(subject)
    if (this.#subscribed.has(subject)) return
    this.#joining.add(subject)
    void this.#sync()
  }

  delete(subject: string): void {
    if (!this.#wanted.delete(subject)) return
    const timer = setTimeout(() => this.#drop(subject), this.#parts.lingerMs).unref()
    this.#lingering.set(subject, timer)
  }

  /** Subscribes to all wanted subjects on this connection from now on. Undefined while there is none. */
  use(connection: PubSubConnection | undefined): void {
    this.#connection = connection
    this.#subscribed.clear()
    this.#leaving.clear()
    for (const subject of this.#wanted) this.#joining.add(subject)
    void this.#sync()
  }

  close(): void {
    this.#connection = undefined
    for (const timer of this.#lingering.values()) clearTimeout(timer)
  }

  #drop(subject: string): void {
    this.#lingering.delete(subject)
    this.#joining.delete(subject)
    if (this.#subscribed.has(subject)) this.#leaving.add(subject)
    void this.#sync()
  }

  async #sync(): Promise<void> {
    if (this.#isSyncing) return
    this.#isSyncing = true
    while (this.#connection && this.#joining.size + this.#leaving.size > 0) {
      const connection = this.#connection
      try {
        await this.#syncBatch(connection)
      } catch (error) {
        if (connection !== this.#connection) continue
        this.#connection = undefined
        this.#parts.onError(connection, error as Error)
      }
    }
    this.#isSyncing = false
  }

  async #syncBatch(connection: PubSubConnection): Promise<void> {
    const leaving = takeBatch(this.#leaving)
    for (const subject of leaving) this.#subscribed.delete(subject)
    const joining = takeBatch(this.#joining)
    for (const subject of joining) this.#subscribed.add(subject)
    if (leaving.length > 0) await connection.unsubscribe(leaving)
    if (joining.length > 0) await connection.subscribe(joining)
    if (connection !== this.#connection) return
    for (const subject of joining) if (this.#wanted.has(subject)) this.#parts.onSubscribed(subject)
  }
}

function takeBatch(subjects: Set<string>): string[] {
  const taken: string[] = []
  for (const subject of subjects) {
    taken.push(subject)
    subjects.delete(subject)
    if (taken.length === BATCH) break
  }
  return taken
}
