import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Config } from './config.ts'
import { rateLimits } from './http/rate-limit.ts'
import { createKoa } from './http/router.ts'
import { HttpServer } from './http/server.ts'
import { Voters } from './http/voter.ts'
import { webFiles } from './http/web-files.ts'
import { builtEntry, devEntry } from './http/web-shell.ts'
import { Audiences } from './live/audiences.ts'
import { Broker } from './live/broker.ts'
import { MemorySnapshotCache, type SnapshotCache } from './live/snapshot-cache.ts'
import { LocalWakeBus, type WakeBus } from './live/wake-bus.ts'
import { broadcastVotes } from './polls/broadcast-vote.ts'
import { isUnavailable } from './polls/errors.ts'
import { Signal, type VoteCast } from './polls/signals.ts'
import { openPostgres } from './store/postgres-database.ts'
import { voterKey } from './store/settings.ts'
import { SqlPollStore } from './store/sql-poll-store.ts'
import { openSqlite } from './store/sqlite-database.ts'
import { NotifyWakeBus } from './wakes/notify-wake-bus.ts'
import { RedisSnapshotCache } from './wakes/redis-snapshot-cache.ts'
import { RedisWakeBus } from './wakes/redis-wake-bus.ts'
import { WorkerWakeBus } from './wakes/worker-wake-bus.ts'

/** Milliseconds that requests under way have to finish once the end has begun. */
const GRACE = 5000

/** Where `vite build` puts the web app: the same place seen from src/ and from dist/. */
const WEB_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url))

export interface App {
  /** The port that is listened on. */
  port: number
  /** False where the web app has not been built, so that only the API is served. */
  servesPages: boolean
  /** Refuses what is new, ends the streams, commits the votes in flight, and frees everything, in bounded time. */
  close(): Promise<void>
}

export interface AppLog {
  error(problem: unknown): void
  info(text: string): void
}

/**
 * The composition root: the only file that names concrete parts. Resolves when requests are taken.
 *
 * @param log hears what is wrong, errors that nobody expected among it, and when it is right again
 * @param say hears what is being waited for
 */
export async function startApp(
  config: Config,
  log: AppLog,
  webRoot: string = WEB_ROOT,
  say: (text: string) => void = () => {},
): Promise<App> {
  const onError = (error: unknown) => log.error(error)
  const database =
    'url' in config.database
      ? await openPostgres(config.database.url, say, log)
      : await openSqlite(config.database.path, log)
  const store = new SqlPollStore(database)
  const voteCast = new Signal<VoteCast>(onError)
  const key = await voterKey(database)
  const { bus, cache, closeWakes } = openWakes(config, key, onError)
  // The store has told of an outage once, and is not to be told of by each poll that is watched meanwhile.
  const onUnread = (error: unknown) => {
    if (!isUnavailable(error)) onError(error)
  }
  const broker = new Broker({ cache, bus, source: store, onError: onUnread })
  broadcastVotes(voteCast, broker)
  const audiences = new Audiences(broker)

  const built = builtEntry(webRoot)
  const entry = config.webDev ? devEntry : built
  const koa = createKoa({
    store,
    voteCast,
    audiences,
    limits: rateLimits(config.rateLimit),
    voters: new Voters(key),
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    entry,
    files: built && webFiles(webRoot),
    onError,
  })
  const server = new HttpServer(koa.callback())

  const release = async () => {
    await store.close()
    await closeWakes()
  }
  const close = async () => {
    const closed = server.close(GRACE)
    audiences.pulse.stop()
    await closed
    await release()
  }
  try {
    return { port: await server.listen(config.port, config.host), servesPages: entry !== undefined, close }
  } catch (error) {
    await release()
    throw error
  }
}

interface Wakes {
  bus: WakeBus
  cache: SnapshotCache
  closeWakes(): Promise<void>
}

/** What carries wakes and snapshots to the other processes that the configuration says there may be. Never waits. */
function openWakes(config: Config, key: string, onError: (error: unknown) => void): Wakes {
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
