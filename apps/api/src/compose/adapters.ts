import { WorkerPubSub } from '../cluster/pubsub/worker-pubsub.ts'
import { SharedTokenBuckets } from '../cluster/shared-token-buckets.ts'
import { askPrimary } from '../cluster/worker-token-buckets.ts'
import { writerClient } from '../cluster/writer-client.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import type { TokenBuckets } from '../lib/token-buckets.ts'
import type { MessageCache } from '../live/message.ts'
import type { PubSub } from '../live/pubsub.ts'
import type { PollReader, PollWriter } from '../polls/ports.ts'
import type { Database, WritableDatabase } from '../store/database.ts'
import { type EpochWriter, epochWriter } from '../store/epochs.ts'
import { SqlPollReader } from '../store/sql-poll-reader.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { openSqlite, openSqliteReader } from '../store/sqlite-database.ts'

interface Store {
  reader: PollReader
  writer: PollWriter
  epochs: EpochWriter
  database: Database
  /** The same, if this process writes to it itself. */
  writable: WritableDatabase | undefined
}

/** Opens the store that the configuration names, for a process that serves requests. */
export async function openStore(config: Config, log: Log): Promise<Store> {
  if ('path' in config.database && config.workers > 1) {
    // Only the pool's primary writes: SQLite has one writer at a time.
    const database = await openSqliteReader(config.database.path, log)
    const writer = writerClient<PollWriter & EpochWriter>(process)
    return { reader: new SqlPollReader(database), writer, epochs: writer, database, writable: undefined }
  }
  const database = await openDatabase(config, log)
  return {
    reader: new SqlPollReader(database),
    writer: new SqlPollWriter(database, config, config.webhook !== undefined),
    epochs: epochWriter(database),
    database,
    writable: database,
  }
}

/** Clients of servers that are not used are not loaded. */
async function openDatabase({ database }: Config, log: Log): Promise<WritableDatabase> {
  if ('path' in database) return openSqlite(database.path, log)
  const { openPostgres } = await import('../store/postgres-database.ts')
  return openPostgres(database.url, log)
}

export interface Others {
  pubsub?: PubSub
  cache?: MessageCache
  /** Shared with the others; undefined where there are none that could share them. */
  buckets?: TokenBuckets
  close(): Promise<void>
}

/**
 * Connects to other processes, if there may be any according to the configuration. Does not wait for the connection.
 *
 * @param epoch the epoch that is on
 */
export async function connectOthers(config: Config, key: string, epoch: () => string, log: Log): Promise<Others> {
  if (config.redisUrl !== undefined) {
    const { connectRedis } = await import('./connect-redis.ts')
    return connectRedis(config.redisUrl, key, epoch, log)
  }
  const options = { onError: (error: Error) => log.error(error, { event: 'pubsub-error' }) }
  const pooled = config.workers > 1 ? { buckets: new SharedTokenBuckets(askPrimary(process)) } : {}
  if ('url' in config.database) {
    const { PostgresPubSub } = await import('../cluster/pubsub/postgres-pubsub.ts')
    const pubsub = new PostgresPubSub(config.database.url, options)
    return { ...pooled, pubsub, close: () => pubsub.close() }
  }
  if (config.workers > 1) {
    const pubsub = new WorkerPubSub(process, options)
    return { ...pooled, pubsub, close: () => pubsub.close() }
  }
  return { close: async () => {} }
}
