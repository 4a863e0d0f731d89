import { type Snapshot, snapshotSchema } from '@pollcast/shared/poll'
import { type ChainableCommander, Redis } from 'ioredis'
import { reasonOf } from '../lib/reason-of.ts'
import { backoff, withTimeout } from '../lib/time.ts'
import { MemoryMessageCache, type MessageCache } from '../live/message-cache.ts'
import { snapshotJson } from '../polls/snapshot.ts'

/** Taken only if newer: compared and written in one go, so that two nodes can't leave the older one. */
const TAKE = `
local kept = redis.call('HGET', KEYS[1], 'revision')
if kept and tonumber(kept) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'snapshot', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** Polls whose snapshot may wait to be sent: beyond that none is taken, and others read the database. */
const MOST_WAITING = 1000

interface RedisMessageCacheOptions {
  /** Hears once of each time that Redis can't be reached. */
  onError: (error: Error) => void
  /** Milliseconds for which Redis keeps a snapshot. It is asked for in the moments after a vote. */
  ttl?: number
  /** Milliseconds that a read waits for Redis before the database is asked instead. */
  patience?: number
}

/**
 * Shares snapshots between processes through Redis, so that a wake costs each of them no query. What is watched here
 * is kept here as well. Redis is told in the background, and no answer is the same as knowing none.
 */
export class RedisMessageCache implements MessageCache {
  readonly #here = new MemoryMessageCache()
  readonly #redis: Redis
  readonly #prefix: string
  readonly #ttl: number
  readonly #patience: number
  readonly #waiting = new Map<string, Snapshot>()
  #sending: Promise<void> | undefined

  /** @param prefix stands before every key, so that several installations can share one server */
  constructor(url: string, prefix: string, { onError, ttl = 60_000, patience = 50 }: RedisMessageCacheOptions) {
    this.#prefix = prefix
    this.#ttl = ttl
    this.#patience = patience
    let reported = false
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      connectTimeout: 5000,
      commandTimeout: 1000,
      retryStrategy: (attempt) => backoff(attempt - 1),
    })
    this.#redis.on('ready', () => {
      reported = false
    })
    this.#redis.on('error', (error) => {
      if (reported) return
      reported = true
      onError(new Error(`The snapshot cache is away; the database is read instead: ${reasonOf(error)}`))
    })
  }

  /** How many polls are held. */
  get size(): number {
    return this.#here.size
  }

  /** Resolves when Redis is there for the first time, however long that takes. */
  get ready(): Promise<void> {
    if (this.#redis.status === 'ready') return Promise.resolve()
    return new Promise((resolve) => this.#redis.once('ready', () => resolve()))
  }

  /** Resolves when nothing waits to be sent. */
  async settled(): Promise<void> {
    await this.#sending
  }

  hold(pollId: string): void {
    this.#here.hold(pollId)
  }

  release(pollId: string): void {
    this.#here.release(pollId)
  }

  offer(snapshot: Snapshot): boolean {
    if (!this.#here.offer(snapshot)) return false
    this.#put(snapshot)
    return true
  }

  async read(pollId: string, wanted: number): Promise<Snapshot | undefined> {
    const kept = this.#here.read(pollId)
    if ((kept && kept.revision >= wanted) || this.#redis.status !== 'ready') return kept
    const text = await withTimeout(this.#patience, this.#redis.hget(this.#keyOf(pollId), 'snapshot')).catch(() => null)
    const found = text === null ? undefined : parse(text)
    if (!found || found.pollId !== pollId) return kept
    this.#here.offer(found)
    return kept && kept.revision > found.revision ? kept : found
  }

  /** Sends what waits, if that can be done soon, and frees everything. */
  async close(): Promise<void> {
    await withTimeout(1000, this.settled()).catch(() => {})
    this.#redis.disconnect()
  }

  #keyOf(pollId: string): string {
    return `${this.#prefix}snapshot:${pollId}`
  }

  #put(snapshot: Snapshot): void {
    if (this.#redis.status !== 'ready') return
    const waiting = this.#waiting.get(snapshot.pollId)
    if (waiting ? waiting.revision >= snapshot.revision : this.#waiting.size >= MOST_WAITING) return
    this.#waiting.set(snapshot.pollId, snapshot)
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  /** Until nothing waits: one sending at a time, of each poll the newest only. */
  async #send(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const snapshots = [...this.#waiting.values()]
        this.#waiting.clear()
        if (this.#redis.status !== 'ready') continue
        const results = await snapshots.reduce(this.#take, this.#redis.pipeline()).exec()
        for (const [error] of results ?? []) if (error) throw error
      }
    } catch (error) {
      // What was not taken is read from the database. A connection that takes commands and answers none is left.
      if (/timed out/.test((error as Error).message) && this.#redis.status === 'ready') this.#redis.disconnect(true)
    }
  }

  readonly #take = (pipeline: ChainableCommander, snapshot: Snapshot): ChainableCommander =>
    pipeline.eval(TAKE, 1, this.#keyOf(snapshot.pollId), snapshot.revision, snapshotJson(snapshot), this.#ttl)
}

function parse(text: string): Snapshot | undefined {
  try {
    return snapshotSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
