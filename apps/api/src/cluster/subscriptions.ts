import type { PubSubConnection } from './pubsub-connection.ts'

/** Polls to subscribe to in one go. */
const BATCH = 500

interface SubscriptionsParts {
  /** Milliseconds that a poll stays subscribed after the last stream left, in case one comes back. */
  linger: number
  /** A poll's wakes come from now on; earlier ones may have been missed. */
  onBegun: (pollId: string) => void
  onError: (line: PubSubConnection, error: Error) => void
}

/** Which polls' wakes are wanted here, and how far the line of the moment has been told. */
export class Subscriptions {
  readonly #parts: SubscriptionsParts
  /** How many watch each poll. */
  readonly #watched = new Map<string, number>()
  readonly #lingering = new Map<string, NodeJS.Timeout>()
  readonly #joining = new Set<string>()
  readonly #leaving = new Set<string>()
  readonly #subscribed = new Set<string>()
  #line: PubSubConnection | undefined
  #tuning = false

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts
  }

  has(pollId: string): boolean {
    return this.#watched.has(pollId)
  }

  add(pollId: string): void {
    this.#watched.set(pollId, (this.#watched.get(pollId) ?? 0) + 1)
    clearTimeout(this.#lingering.get(pollId))
    this.#lingering.delete(pollId)
    this.#leaving.delete(pollId)
    if (this.#subscribed.has(pollId)) return
    this.#joining.add(pollId)
    void this.#tune()
  }

  delete(pollId: string): void {
    const others = (this.#watched.get(pollId) ?? 0) - 1
    if (others > 0) return void this.#watched.set(pollId, others)
    if (!this.#watched.delete(pollId)) return
    const timer = setTimeout(() => this.#drop(pollId), this.#parts.linger).unref()
    this.#lingering.set(pollId, timer)
  }

  /** From now on this line is told, all of it first; none of them while there is none. */
  use(line: PubSubConnection | undefined): void {
    this.#line = line
    this.#subscribed.clear()
    this.#leaving.clear()
    for (const pollId of this.#watched.keys()) this.#joining.add(pollId)
    void this.#tune()
  }

  close(): void {
    this.#line = undefined
    for (const timer of this.#lingering.values()) clearTimeout(timer)
  }

  #drop(pollId: string): void {
    this.#lingering.delete(pollId)
    this.#joining.delete(pollId)
    if (this.#subscribed.has(pollId)) this.#leaving.add(pollId)
    void this.#tune()
  }

  async #tune(): Promise<void> {
    if (this.#tuning) return
    this.#tuning = true
    for (let line = this.#line; line && this.#joining.size + this.#leaving.size > 0; line = this.#line) {
      try {
        await this.#tell(line)
      } catch (error) {
        if (line !== this.#line) continue
        this.#line = undefined
        this.#parts.onError(line, error as Error)
      }
    }
    this.#tuning = false
  }

  async #tell(line: PubSubConnection): Promise<void> {
    const leave = take(this.#leaving)
    for (const pollId of leave) this.#subscribed.delete(pollId)
    const join = take(this.#joining)
    for (const pollId of join) this.#subscribed.add(pollId)
    if (leave.length > 0) await line.unsubscribe(leave)
    if (join.length > 0) await line.subscribe(join)
    if (line !== this.#line) return
    for (const pollId of join) if (this.#watched.has(pollId)) this.#parts.onBegun(pollId)
  }
}

function take(pollIds: Set<string>): string[] {
  const taken: string[] = []
  for (const pollId of pollIds) {
    taken.push(pollId)
    pollIds.delete(pollId)
    if (taken.length === BATCH) break
  }
  return taken
}
