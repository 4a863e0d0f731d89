import { withTimeout } from '../lib/time.ts'
import { Condition } from './condition.ts'
import type { Message, MessageCache, MessageSource } from './message.ts'

/** Milliseconds that a stream which comes back waits, at most twice, for what it missed to be read. */
const CATCH_UP_TIMEOUT_MS = 1000

export interface TopicParts {
  source: MessageSource
  cache?: MessageCache | undefined
  /** Called when a topic could not be read again: it keeps what it has until the next attempt. */
  onError: (error: unknown) => void
  /** Milliseconds without news after which a topic is read again, in case messages got lost. */
  recheckMs: number
}

/**
 * A topic with streams on it: its newest message, the newest revision that others have announced, and the Condition that
 * its audience waits on.
 */
export class Topic {
  readonly name: string
  readonly #parts: TopicParts
  readonly #onUnused: () => void
  readonly #changed = new Condition()
  #retained = 0
  #newest: Message | undefined
  #announced = -1
  #announcements = 0
  #mayHaveMissed = false
  #refreshing: Promise<void> | undefined

  constructor(name: string, parts: TopicParts, onUnused: () => void) {
    this.name = name
    this.#parts = parts
    this.#onUnused = onUnused
  }

  /** The newest message known here; missing only until it is opened. */
  get newest(): Message | undefined {
    return this.#newest
  }

  /** Counts one more that needs the topic: each stream that is open on it, or about to be. */
  retain(): void {
    this.#retained += 1
  }

  /** Counts one less. The last one ends the wait of `next` and has the topic forgotten. */
  release(): void {
    this.#retained -= 1
    if (this.#retained > 0) return
    this.#changed.notifyAll()
    this.#onUnused()
  }

  /** Takes a message, if it is newer than what is there. */
  offer(message: Message): void {
    if (this.#newest && (this.#newest.last || this.#newest.revision >= message.revision)) return
    this.#newest = message
    this.#changed.notifyAll()
  }

  /** Another process has published this revision: if it is newer than what is here, the topic is read. */
  announce(revision: number): void {
    if (revision <= (this.#newest?.revision ?? -1)) return
    this.#announced = Math.max(this.#announced, revision)
    this.#announcements += 1
    this.#changed.notifyAll()
  }

  /** Announcements may have been lost: the topic is read, and once more if it is being read just now. */
  recheck(): void {
    this.#mayHaveMissed = true
    this.#changed.notifyAll()
  }

  /** Reads the topic for the first time. Rejects as the source does. */
  open(): Promise<void> {
    return this.#read()
  }

  /**
   * Resolves with the newest message as soon as it is newer than `revision`: a caller that is slow to ask gets the newest,
   * not the ones between. Reads the topic when there is a reason to. Resolves with nothing once the topic is released.
   */
  async next(revision: number): Promise<Message | undefined> {
    const isNews = () => this.#retained === 0 || (this.#newest?.revision ?? -1) > revision
    const isDue = () => isNews() || (this.#isBehind && !this.#refreshing)
    while (!isNews()) {
      if (this.#isBehind) void this.#refresh()
      if (!(await this.#changed.waitFor(isDue, this.#parts.recheckMs))) this.#mayHaveMissed = true
    }
    return this.#retained === 0 ? undefined : this.#newest
  }

  /**
   * Resolves when this revision, which a client was shown elsewhere, can be shown here: its announcement may be lost, or
   * on its way. Where it can't be read soon, or there is no such revision, what is known has to do.
   */
  async catchUp(revision: number): Promise<void> {
    if ((this.#newest?.revision ?? -1) >= revision) return
    this.announce(revision)
    // Twice, for a read that was under way may have begun too early.
    for (let reads = 0; reads < 2 && this.#isBehind; reads += 1) {
      await withTimeout(CATCH_UP_TIMEOUT_MS, this.#refresh()).catch(() => {})
    }
  }

  get #isBehind(): boolean {
    return this.#mayHaveMissed || this.#announced > (this.#newest?.revision ?? -1)
  }

  /** Reads the topic, once for all who ask meanwhile. Never rejects. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#read()
      .catch((error) => this.#parts.onError(error))
      .finally(() => {
        this.#refreshing = undefined
        this.#changed.notifyAll()
      })
    return this.#refreshing
  }

  async #read(): Promise<void> {
    const { source, cache } = this.#parts
    const [announced, announcements] = [this.#announced, this.#announcements]
    const fromSource = this.#mayHaveMissed || !this.#isBehind
    this.#mayHaveMissed = false
    try {
      const cached = fromSource ? undefined : await cache?.get(this.name)
      if (cached && cached.revision >= announced) return this.offer(cached)
      const message = await source.read(this.name)
      this.offer(message)
      cache?.put(message)
    } finally {
      // What was announced meanwhile leads to another read. What was announced before does not, even if it was not found:
      // a revision that does not exist would be read for ever.
      if (this.#announcements === announcements) this.#announced = -1
    }
  }
}
