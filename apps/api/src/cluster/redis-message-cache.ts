import { type ChainableCommander, Redis } from 'ioredis'
import * as z from 'zod'
import { reasonOf } from '../lib/reason-of.ts'
import { backoff, withTimeout } from '../lib/time.ts'
import type { CurrentMessage, Message, MessageCache } from '../live/message.ts'

/**
 * Stores a message only if it is of a newer state of its subject. It compares and writes atomically, so two nodes can't leave
 * the older one.
 */
const PUT = `
local stored = redis.call('HGET', KEYS[1], 'subjectRevision')
if stored and tonumber(stored) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'subjectRevision', ARGV[1], 'record', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** Topics whose messages may wait to be sent. Further messages are not stored, and other nodes read the source. */
const MAX_WAITING = 1000

const CLOSE_TIMEOUT_MS = 1000

const eventName = z.string().regex(/^[^\r\n]*$/)

const messageSchema = z.strictObject({
  topic: z.string(),
  revision: z.int().nonnegative(),
  id: z.string().regex(/^[^\r\n\0]*$/),
  event: eventName,
  json: z.string(),
  opening: z.strictObject({ event: eventName, since: z.int(), json: z.string().exactOptional() }).exactOptional(),
  last: z.boolean().exactOptional(),
})

const recordSchema = z.strictObject({ message: messageSchema, subjectRevision: z.int().nonnegative() })

interface RedisMessageCacheOptions {
  /** Called once for each outage. */
  onError: (error: Error) => void
  /** The epoch that is on: messages of another one are not found. */
  epoch: () => string
  /** Milliseconds for which Redis keeps a message. Nodes read it soon after it was published. */
  ttlMs?: number
  /** Milliseconds that a read waits for Redis before the source is read instead. */
  timeoutMs?: number
}

/**
 * Shares messages between processes through Redis, so that not each of them has to query the database for a new one. Writes
 * happen in the background. If Redis does not answer, it is as if nothing were stored.
 */
export class RedisMessageCache implements MessageCache {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #epoch: () => string
  readonly #ttlMs: number
  readonly #timeoutMs: number
  readonly #waiting = new Map<string, CurrentMessage>()
  #sending: Promise<void> | undefined

  /** @param prefix of every key, so that several installations can share one server */
  constructor(url: string, prefix: string, options: RedisMessageCacheOptions) {
    const { onError, epoch, ttlMs = 60_000, timeoutMs = 50 } = options
    this.#prefix = prefix
    this.#epoch = epoch
    this.#ttlMs = ttlMs
    this.#timeoutMs = timeoutMs
    let isReported = false
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      connectTimeout: 5000,
      commandTimeout: 1000,
      retryStrategy: (attempt) => backoff(attempt - 1),
    })
    this.#redis.on('ready', () => {
      isReported = false
    })
    this.#redis.on('error', (error) => {
      if (isReported) return
      isReported = true
      onError(new Error(`Redis cache disconnected, reading the database instead: ${reasonOf(error)}`))
    })
  }

  /** Resolves when Redis is connected, however long that takes. */
  get ready(): Promise<void> {
    if (this.#redis.status === 'ready') return Promise.resolve()
    return new Promise((resolve) => this.#redis.once('ready', () => resolve()))
  }

  /** Resolves when no message waits to be sent. */
  async settled(): Promise<void> {
    await this.#sending
  }

  put(message: Message, subjectRevision: number): void {
    if (this.#redis.status !== 'ready') return
    const waiting = this.#waiting.get(message.topic)
    if (waiting ? waiting.subjectRevision >= subjectRevision : this.#waiting.size >= MAX_WAITING) return
    this.#waiting.set(message.topic, { message, subjectRevision })
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  async get(topic: string): Promise<CurrentMessage | undefined> {
    if (this.#redis.status !== 'ready') return undefined
    const stored = this.#redis.hget(this.#keyOf(topic), 'record')
    const text = await withTimeout(this.#timeoutMs, stored).catch(() => null)
    const record = text === null ? undefined : parse(text)
    return record?.message.topic === topic ? record : undefined
  }

  /** Sends waiting messages, if that is possible soon, and frees everything. */
  async close(): Promise<void> {
    await withTimeout(CLOSE_TIMEOUT_MS, this.settled()).catch(() => {})
    this.#redis.disconnect()
  }

  #keyOf(topic: string): string {
    return `${this.#prefix}message:${this.#epoch()}:${topic}`
  }

  /** Sends all waiting messages in batches, with only the newest of each topic. */
  async #send(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const records = [...this.#waiting.values()]
        this.#waiting.clear()
        if (this.#redis.status !== 'ready') continue
        const results = await records.reduce(this.#put, this.#redis.pipeline()).exec()
        for (const [error] of results ?? []) if (error) throw error
      }
    } catch (error) {
      // Nodes read what was not stored from the source. A connection that no longer answers is replaced.
      if (/timed out/.test((error as Error).message) && this.#redis.status === 'ready') this.#redis.disconnect(true)
    }
  }

  readonly #put = (pipeline: ChainableCommander, record: CurrentMessage): ChainableCommander =>
    pipeline.eval(
      PUT,
      1,
      this.#keyOf(record.message.topic),
      record.subjectRevision,
      JSON.stringify(record),
      this.#ttlMs,
    )
}

function parse(text: string): CurrentMessage | undefined {
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
