import { createHash } from 'node:crypto'
import type { Config } from './config.ts'
import { MemorySnapshotCache, type SnapshotCache } from './live/snapshot-cache.ts'
import { LocalWakeBus, type WakeBus } from './live/wake-bus.ts'
import type { PollStore } from './polls/poll-store.ts'
import type { Log } from './store/availability.ts'
import type { Database } from './store/database.ts'
import { openPostgres } from './store/postgres-database.ts'
import { SqlPollStore } from './store/sql-poll-store.ts'
import { SqlPollWriter } from './store/sql-poll-writer.ts'
import { openSqlite, openSqliteReader } from './store/sqlite-database.ts'
import { NotifyWakeBus } from './wakes/notify-wake-bus.ts'
import { RedisSnapshotCache } from './wakes/redis-snapshot-cache.ts'
import { RedisWakeBus } from './wakes/redis-wake-bus.ts'
import { WorkerWakeBus } from './wakes/worker-wake-bus.ts'
import { WriteLine } from './workers/write-line.ts'

interface Store {
  store: PollStore
  database: Database
}

/** The store that the configuration names, as a process that takes requests has it. */
export async function openStore(config: Config, say: (text: string) => void, log: Log): Promise<Store> {
  if ('path' in config.database && config.workers > 1) {
    // The pool's primary writes: SQLite has one writer at a time.
    const database = await openSqliteReader(config.database.path, log)
    return { store: new SqlPollStore(database, new WriteLine(process)), database }
  }
  const database =
    'url' in config.database
      ? await openPostgres(config.database.url, say, log)
      : await openSqlite(config.database.path, log, say)
  return { store: new SqlPollStore(database, new SqlPollWriter(database)), database }
}

interface Wakes {
  bus: WakeBus
  cache: SnapshotCache
  closeWakes(): Promise<void>
}

/** What carries wakes and snapshots to the other processes that the configuration says there may be. Never waits. */
export function openWakes(config: Config, key: string, onError: (error: unknown) => void): Wakes {
  if (config.redisUrl !== undefined) {
    // Every process on one database has the same key: so several installations can share a Redis.
    const prefix = `pollcast:${createHash('sha256').update(`redis ${key}`).digest('hex').slice(0, 12)}:`
    const bus = new RedisWakeBus(config.redisUrl, prefix, { onError })
    const cache = new RedisSnapshotCache(config.redisUrl, prefix, { onError })
    return { bus, cache, closeWakes: async () => void (await Promise.all([bus.close(), cache.close()])) }
  }
  const cache = new MemorySnapshotCache()
  if ('url' in config.database) {
    const bus = new NotifyWakeBus(config.database.url, { onError })
    return { bus, cache, closeWakes: () => bus.close() }
  }
  if (config.workers > 1) {
    const bus = new WorkerWakeBus(process, { onError })
    return { bus, cache, closeWakes: () => bus.close() }
  }
  return { bus: new LocalWakeBus(), cache, closeWakes: async () => {} }
}
