import { withTimeout } from '../lib/time.ts'
import { Condition } from './condition.ts'
import type { Message, MessageCache, MessageSource } from './message.ts'

/** Milliseconds that a stream that reconnects waits, at most twice, until what it missed has been read. */
const CATCH_UP_TIMEOUT_MS = 1000

export interface TopicParts {
  source: MessageSource
  cache?: MessageCache | undefined
  /** Called when a topic could not be read again. It keeps its message until the next attempt. */
  onError: (error: unknown) => void
  /** Milliseconds without a new message after which a topic is read again, in case announcements got lost. */
  recheckMs: number
  /**
   * Called when the source has less than was there before it was asked: it was set back, and the same revisions stand for
   * something else now.
   */
  onSetBack?: ((topic: Topic) => void) | undefined
}

/**
 * A topic with streams on it: its newest message, the newest revision of its subject that others have announced, and the
 * Condition that its audience waits on.
 *
 * Revisions of the subject and of the topic are not the same: a change of the subject that this view does not show moves
 * only the subject's. Streams compare the topic's; announcements are of the subject's.
 */
export class Topic {
  readonly name: string
  readonly #parts: TopicParts
  readonly #onUnused: () => void
  readonly #changed = new Condition()
  #retained = 0
  #newest: Message | undefined
  /** The revision of the subject at which `#newest` was the newest. */
  #subjectRevision = -1
  /** What others say there is, and has yet to be read: a revision of the subject, and one of the topic. */
  #announced = -1
  #seenElsewhere = -1
  #requests = 0
  #mayHaveMissed = false
  /** When the oldest announcement came of what has yet to be read. */
  #heardAt: number | undefined
  #newsAt: number | undefined
  #refreshing: Promise<void> | undefined

  constructor(name: string, parts: TopicParts, onUnused: () => void) {
    this.name = name
    this.#parts = parts
    this.#onUnused = onUnused
  }

  /** The newest message in this process; undefined only before `open`. */
  get newest(): Message | undefined {
    return this.#newest
  }

  /** Counts one more user of the topic: a stream that is open on it, or about to be. */
  retain(): void {
    this.#retained += 1
  }

  /** Counts one less. The last one ends the wait of `next` and calls `onUnused`. */
  release(): void {
    this.#retained -= 1
    if (this.#retained > 0) return
    this.#changed.notifyAll()
    this.#onUnused()
  }

  /** Takes a message if it is newer than the current one. @param subjectRevision what the subject was at */
  offer(message: Message, subjectRevision: number): void {
    if (this.#newest?.last) return
    this.#subjectRevision = Math.max(this.#subjectRevision, subjectRevision)
    if (message.revision > this.#revision) {
      this.#newest = message
      this.#newsAt ??= this.#heardAt ?? performance.now()
      this.#changed.notifyAll()
    }
    this.#forgetIfHere()
  }

  /**
   * Another process has published this revision of the subject. The topic is read if that is newer than what was published
   * or read here, which may show that there is no newer message.
   */
  announce(subjectRevision: number): void {
    if (subjectRevision <= this.#subjectRevision) return
    this.#announced = Math.max(this.#announced, subjectRevision)
    this.#heardAt ??= performance.now()
    this.#requests += 1
    this.#changed.notifyAll()
  }

  /** Announcements may have been lost: the topic is read, and read again if that is already under way. */
  recheck(): void {
    this.#mayHaveMissed = true
    this.#changed.notifyAll()
  }

  /**
   * When, by `performance.now()`, the oldest change was published, or announced, that has not been taken to the streams yet;
   * undefined if there is none.
   */
  get newsAt(): number | undefined {
    return this.#newsAt
  }

  /** The newest message is taken to the streams: the next one counts from the next change. */
  takeNews(): void {
    this.#newsAt = undefined
  }

  /** Reads the topic for the first time. Rejects as the source does. */
  open(): Promise<void> {
    return this.#read()
  }

  /**
   * Resolves with the newest message as soon as it is newer than `revision`: a caller that asks late gets the newest one
   * and none of those between. Reads the topic if there is a reason to. Resolves with undefined when the topic is released.
   */
  async next(revision: number): Promise<Message | undefined> {
    const isNews = () => this.#retained === 0 || this.#revision > revision
    const isDue = () => isNews() || (this.#isBehind && !this.#refreshing)
    while (!isNews()) {
      if (this.#isBehind) void this.#refresh()
      if (!(await this.#changed.waitFor(isDue, this.#parts.recheckMs))) this.#mayHaveMissed = true
    }
    return this.#retained === 0 ? undefined : this.#newest
  }

  /**
   * Resolves when this process has this revision of the topic, which a client has seen on another node: its announcement may
   * be lost or not here yet. Also resolves if it can't be read soon, or there is no such revision, which shows that the source was
   * set back: so the revision has to be proven.
   */
  async catchUp(revision: number): Promise<void> {
    if (revision <= this.#revision) return
    this.#seenElsewhere = Math.max(this.#seenElsewhere, revision)
    this.#requests += 1
    this.#changed.notifyAll()
    // Twice: a read that was already under way may have begun too early.
    for (let reads = 0; reads < 2 && this.#isBehind; reads += 1) {
      await withTimeout(CATCH_UP_TIMEOUT_MS, this.#refresh()).catch(() => {})
    }
  }

  get #revision(): number {
    return this.#newest?.revision ?? -1
  }

  get #isBehind(): boolean {
    return this.#mayHaveMissed || this.#announced > this.#subjectRevision || this.#seenElsewhere > this.#revision
  }

  /** Reads the topic, once for all callers at a time. Never rejects. */
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
    const requests = this.#requests
    const fromSource = this.#mayHaveMissed || !this.#isBehind
    const [announced, seenElsewhere, known] = [this.#announced, this.#seenElsewhere, this.#subjectRevision]
    this.#mayHaveMissed = false
    try {
      const cached = fromSource ? undefined : await cache?.get(this.name)
      if (cached && cached.subjectRevision >= announced && cached.message.revision >= seenElsewhere) {
        return this.offer(cached.message, cached.subjectRevision)
      }
      const { message, subjectRevision } = await source.read(this.name)
      this.offer(message, subjectRevision)
      // Both were there before the source was asked, whose reads see all that is there. What is in the cache may be older.
      if (subjectRevision < known || message.revision < seenElsewhere) return this.#parts.onSetBack?.(this)
      cache?.put(message, subjectRevision)
    } finally {
      // What is asked for during the read leads to another one. What was before doesn't, even if it was not found: a
      // revision that does not exist would be read for ever.
      if (this.#requests === requests) {
        this.#announced = -1
        this.#seenElsewhere = -1
      }
      this.#forgetIfHere()
    }
  }

  /** What was announced is here: the next message counts from its own announcement. */
  #forgetIfHere(): void {
    if (this.#announced <= this.#subjectRevision) this.#heardAt = undefined
  }
}
