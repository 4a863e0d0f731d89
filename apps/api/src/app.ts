import { fileURLToPath } from 'node:url'
import { ClientFaults } from './client-faults.ts'
import type { Config } from './config.ts'
import { FullNotice } from './full-notice.ts'
import { rateLimits } from './http/rate-limit.ts'
import { createKoa } from './http/router.ts'
import { HttpServer } from './http/server/server.ts'
import { Voters } from './http/voter.ts'
import { webFiles } from './http/web-files.ts'
import { builtEntry, devEntry } from './http/web-shell.ts'
import { Audiences } from './live/audiences.ts'
import { Broker } from './live/broker.ts'
import { connectionLimit } from './open-file-limit.ts'
import { openStore, openWakes } from './parts.ts'
import { broadcastVotes } from './polls/broadcast-vote.ts'
import { isUnavailable } from './polls/errors.ts'
import { Signal, type VoteCast } from './polls/signals.ts'
import { roundTrip } from './workers/round-trip.ts'

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
 * Puts one process together that takes requests, and resolves when it does.
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
  const faults = new ClientFaults((line) => log.info(line))
  const { store, database } = await openStore(config, say, log)
  const voteCast = new Signal<VoteCast>(onError)
  const { bus, cache, closeWakes } = openWakes(config, database.voterKey, onError)
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
    voters: new Voters(database.voterKey),
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    entry,
    files: built && webFiles(webRoot),
    onError,
  })
  const maxConnections = connectionLimit()
  const full = new FullNotice(log, maxConnections)
  const server = new HttpServer(koa.callback(), {
    acceptWaiting: config.workers > 1 ? acceptFromPool : undefined,
    faults,
    maxConnections,
    onRefused: () => full.refused(),
    // Behind a proxy every connection has the proxy's address.
    ...((config.trustProxy || !config.rateLimit) && { inFlightOfAddress: Number.POSITIVE_INFINITY }),
  })

  const release = async () => {
    await database.close()
    await closeWakes()
  }
  const close = async () => {
    const closed = server.close(GRACE)
    audiences.pulse.stop()
    await closed
    faults.flush()
    await release()
  }
  try {
    return { port: await server.listen(config.port, config.host), servesPages: entry !== undefined, close }
  } catch (error) {
    await release()
    throw error
  }
}

/** The pool's process accepts for its workers, and hands out the next connection when the last was taken. */
const acceptFromPool = () =>
  roundTrip(process, 1000).then(
    () => true,
    () => true,
  )
