import { createHash } from 'node:crypto'
import { PostgresPubSub } from '../cluster/postgres-pubsub.ts'
import { RedisMessageCache } from '../cluster/redis-message-cache.ts'
import { RedisPubSub } from '../cluster/redis-pubsub.ts'
import { WorkerPubSub } from '../cluster/worker-pubsub.ts'
import { WriterClient } from '../cluster/writer-client.ts'
import type { Config } from '../config.ts'
import type { Log } from '../lib/log.ts'
import { MemoryMessageCache, type MessageCache } from '../live/message-cache.ts'
import { LocalPubSub, type PubSub } from '../live/pubsub.ts'
import type { PollStore } from '../polls/poll-store.ts'
import type { Database } from '../store/database.ts'
import { openPostgres } from '../store/postgres-database.ts'
import { SqlPollStore } from '../store/sql-poll-reader.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { openSqlite, openSqliteReader } from '../store/sqlite-database.ts'

interface Store {
  store: PollStore
  database: Database
}

/** The store that the configuration names, as a process that takes requests has it. */
export async function openStore(config: Config, log: Log): Promise<Store> {
  if ('path' in config.database && config.workers > 1) {
    // The pool's primary writes: SQLite has one writer at a time.
    const database = await openSqliteReader(config.database.path, log)
    return { store: new SqlPollStore(database, new WriterClient(process)), database }
  }
  const database =
    'url' in config.database
      ? await openPostgres(config.database.url, log)
      : await openSqlite(config.database.path, log)
  return { store: new SqlPollStore(database, new SqlPollWriter(database)), database }
}

interface Wakes {
  bus: PubSub
  cache: MessageCache
  closePubSub(): Promise<void>
}

/** What carries wakes and snapshots to the other processes that the configuration says there may be. Never waits. */
export function openPubSub(config: Config, key: string, onError: (error: unknown) => void): Wakes {
  if (config.redisUrl !== undefined) {
    // Every process on one database has the same key: so several installations can share a Redis.
    const prefix = `pollcast:${createHash('sha256').update(`redis ${key}`).digest('hex').slice(0, 12)}:`
    const bus = new RedisPubSub(config.redisUrl, prefix, { onError })
    const cache = new RedisMessageCache(config.redisUrl, prefix, { onError })
    return { bus, cache, closePubSub: async () => void (await Promise.all([bus.close(), cache.close()])) }
  }
  const cache = new MemoryMessageCache()
  if ('url' in config.database) {
    const bus = new PostgresPubSub(config.database.url, { onError })
    return { bus, cache, closePubSub: () => bus.close() }
  }
  if (config.workers > 1) {
    const bus = new WorkerPubSub(process, { onError })
    return { bus, cache, closePubSub: () => bus.close() }
  }
  return { bus: new LocalPubSub(), cache, closePubSub: async () => {} }
}
