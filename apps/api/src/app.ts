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
import { MemorySnapshotCache } from './live/snapshot-cache.ts'
import { LocalWakeBus } from './live/wake-bus.ts'
import { broadcastVotes } from './polls/broadcast-vote.ts'
import { Signal, type VoteCast } from './polls/signals.ts'
import { openSqlite } from './store/data-source.ts'
import { voterKey } from './store/settings.ts'
import { SqlPollStore } from './store/sql-poll-store.ts'

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

/** The composition root: the only file that names concrete parts. Resolves when requests are taken. */
export async function startApp(
  config: Config,
  onError: (error: unknown) => void,
  webRoot: string = WEB_ROOT,
): Promise<App> {
  const connections = await openSqlite(config.database.path)
  const store = new SqlPollStore(connections)
  const voteCast = new Signal<VoteCast>(onError)
  const broker = new Broker({ cache: new MemorySnapshotCache(), bus: new LocalWakeBus(), source: store, onError })
  broadcastVotes(voteCast, broker)
  const audiences = new Audiences(broker)

  const built = builtEntry(webRoot)
  const entry = config.webDev ? devEntry : built
  const koa = createKoa({
    store,
    voteCast,
    audiences,
    limits: rateLimits(config.rateLimit),
    voters: new Voters(await voterKey(connections)),
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    entry,
    files: built && webFiles(webRoot),
    onError,
  })
  const server = new HttpServer(koa.callback())

  const close = async () => {
    const closed = server.close(GRACE)
    audiences.pulse.stop()
    await closed
    await store.close()
  }
  try {
    return { port: await server.listen(config.port, config.host), servesPages: entry !== undefined, close }
  } catch (error) {
    await store.close()
    throw error
  }
}
