import type { PubSubConnection } from './pubsub-connection.ts'

/** Topics to subscribe to with one call. */
const BATCH = 500

interface SubscriptionsParts {
  /** Milliseconds for which a topic that is no longer wanted stays subscribed, in case it is wanted again. */
  lingerMs: number
  /** Called when the topic's messages arrive from now on. Earlier ones may have been missed. */
  onSubscribed: (topic: string) => void
  onError: (connection: PubSubConnection, error: Error) => void
}

/** The topics that this process wants, and those that the current connection has subscribed to. */
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

  has(topic: string): boolean {
    return this.#wanted.has(topic)
  }

  add(topic: string): void {
    this.#wanted.add(topic)
    clearTimeout(this.#lingering.get(topic))
    this.#lingering.delete(topic)
    this.#leaving.delete(topic)
    if (this.#subscribed.has(topic)) return
    this.#joining.add(topic)
    void this.#sync()
  }

  delete(topic: string): void {
    if (!this.#wanted.delete(topic)) return
    const timer = setTimeout(() => this.#drop(topic), this.#parts.lingerMs).unref()
    this.#lingering.set(topic, timer)
  }

  /** Subscribes to all wanted topics on this connection from now on. Undefined while there is none. */
  use(connection: PubSubConnection | undefined): void {
    this.#connection = connection
    this.#subscribed.clear()
    this.#leaving.clear()
    for (const topic of this.#wanted) this.#joining.add(topic)
    void this.#sync()
  }

  close(): void {
    this.#connection = undefined
    for (const timer of this.#lingering.values()) clearTimeout(timer)
  }

  #drop(topic: string): void {
    this.#lingering.delete(topic)
    this.#joining.delete(topic)
    if (this.#subscribed.has(topic)) this.#leaving.add(topic)
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
    for (const topic of leaving) this.#subscribed.delete(topic)
    const joining = takeBatch(this.#joining)
    for (const topic of joining) this.#subscribed.add(topic)
    if (leaving.length > 0) await connection.unsubscribe(leaving)
    if (joining.length > 0) await connection.subscribe(joining)
    if (connection !== this.#connection) return
    for (const topic of joining) if (this.#wanted.has(topic)) this.#parts.onSubscribed(topic)
  }
}

function takeBatch(topics: Set<string>): string[] {
  const taken: string[] = []
  for (const topic of topics) {
    taken.push(topic)
    topics.delete(topic)
    if (taken.length === BATCH) break
  }
  return taken
}
