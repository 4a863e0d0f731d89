import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { followBurstKey } from '../cluster/burst-key.ts'
import { roundTrip } from '../cluster/ipc.ts'
import type { Config } from '../config/config.ts'
import { readTlsFiles } from '../config/tls-files.ts'
import { webFiles } from '../http/pages/web-files.ts'
import { builtEntry, devEntry } from '../http/pages/web-shell.ts'
import { Proofs } from '../http/request/proofs.ts'
import { Proxies } from '../http/request/proxies.ts'
import { rateLimits } from '../http/request/rate-limit.ts'
import { StreamSlots } from '../http/request/stream-slots.ts'
import { Voters } from '../http/request/voter.ts'
import { createKoa } from '../http/router.ts'
import { ClientFaults } from '../http/server/client-faults.ts'
import { ConnectionLimitLog } from '../http/server/connection-limit-log.ts'
import { HttpServer } from '../http/server/server.ts'
import { Languages } from '../http/texts/languages.ts'
import { networkOf } from '../lib/address.ts'
import { BurstNumbers } from '../lib/burst-numbers.ts'
import type { Log } from '../lib/log.ts'
import { connectionLimit } from '../lib/open-file-limit.ts'
import { MemoryTokenBuckets } from '../lib/token-buckets.ts'
import { Audiences } from '../live/audiences.ts'
import { Broker } from '../live/broker.ts'
import { isUnavailable } from '../polls/errors.ts'
import { EventIds } from '../polls/event-ids.ts'
import { type PollChanged, type RoomChanged, Signal, type Signals } from '../polls/events.ts'
import { isLocalSubject } from '../polls/topics.ts'
import { closePollsInTime } from '../reactions/close-timer.ts'
import { Messages } from '../reactions/messages.ts'
import { publishChanges } from '../reactions/publish.ts'
import { keepRetention } from '../reactions/retention.ts'
import { VoterStreams } from '../reactions/voter-streams.ts'
import { Watching } from '../reactions/watching.ts'
import { dropWebhooks, sendWebhooks } from '../reactions/webhooks.ts'
import { readEpoch } from '../store/epochs.ts'
import { sqlAdminReader } from '../store/sql-admin-reader.ts'
import { POLLCAST_THEME } from '../theme/theme.ts'
import { connectOthers, openStore } from './adapters.ts'
import { Epoch } from './epoch.ts'
import { followCertificate } from './follow-certificate.ts'
import { operate } from './operate.ts'
import { privacyOf } from './privacy.ts'
import { themeOf } from './theme-of.ts'

/** Milliseconds that requests in flight have to finish after the shutdown has begun, and streams to be read to their end. */
const GRACE_MS = 5000

const ASK_POOL_TIMEOUT_MS = 1000

/** Where `vite build` puts the web app. The path is the same from src/ and from dist/. */
const WEB_ROOT = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/** The web app's messages, as the build puts them beside its manifest; this is where they are while developing. */
const WEB_TEXTS = fileURLToPath(new URL('../../../web/src/i18n', import.meta.url))

export interface App {
  /** The port that the server listens on. */
  port: number
  /** The port that metrics are served on, if this process serves them. */
  metricsPort: number | undefined
  /** False if the web app has not been built, so that only the API is served. */
  servesPages: boolean
  /** Refuses new requests, ends the streams, finishes the votes in flight and frees everything, in bounded time. */
  close(): Promise<void>
}

/**
 * Builds the process that serves requests, and resolves when it accepts them.
 *
 * @param log gets outages and their ends, what the start waits for, and every unexpected error
 */
export async function serve(config: Config, log: Log, webRoot: string = WEB_ROOT): Promise<App> {
  const onError = (error: unknown) => log.error(error, { event: 'unexpected-error' })
  // The store has logged the outage once. What can't be read or written meanwhile need not be logged too.
  const onUnexpected = (error: unknown) => {
    if (!isUnavailable(error)) onError(error)
  }
  const basePath = config.publicUrl ? new URL(config.publicUrl).pathname.replace(/\/$/, '') : ''
  const theme = await themeOf(config)
  const certificate = config.tls && readTlsFiles(config.tls)
  const { reader, writer, epochs, database, writable } = await openStore(config, log)
  const signals: Signals = {
    pollChanged: new Signal<PollChanged>(onError),
    roomChanged: new Signal<RoomChanged>(onError),
  }
  const epoch = new Epoch({
    current: database.epoch,
    read: () => readEpoch(database),
    renew: (known) => epochs.renewEpoch(known),
    onRenewed: (renewed) => {
      log.info('The database is in an older state than before. Every open page is shown what it has now.', {
        event: 'epoch-renewed',
      })
      eventIds.renew(renewed)
      void audiences.restart()
    },
    onError: onUnexpected,
  })
  const others = await connectOthers(config, database.voterKey, () => epoch.current, log)
  const eventIds = new EventIds(database.voterKey, database.epoch)
  const messages = new Messages(reader, eventIds, basePath)
  const broker = new Broker({
    source: messages,
    pubsub: others.pubsub,
    cache: others.cache,
    onError: onUnexpected,
    isLocal: isLocalSubject,
    onSetBack: () => epoch.renew(),
    onAnnounced: others.cache && ((subject) => voterStreams.announced(subject)),
  })
  publishChanges(signals, broker, messages)
  const streams = () => audiences.heartbeat.streams
  const { pollChanged } = signals
  const operations = operate({ config, log, database, writable, pollChanged, streams, onError })
  const { health, onAnswered, metrics } = operations
  const audiences = new Audiences(broker, undefined, metrics?.frameWritten)
  const voterStreams = new VoterStreams(audiences, reader, database.voterKey, onUnexpected)
  voterStreams.listen(pollChanged)
  messages.onRead = (poll) => voterStreams.reconcile(poll)
  const watching = new Watching(audiences, broker, others.pubsub)
  messages.watching = watching
  const timer = closePollsInTime({ reader, writer, signals, onError: onUnexpected })
  const retention = keepRetention({ days: config.retentionDays, writer, signals, onError: onUnexpected })
  const webhooks = config.webhook
    ? sendWebhooks({ target: config.webhook, reader, writer, signals, log, onError: onUnexpected })
    : dropWebhooks({ reader, writer, onError: onUnexpected })
  const onFaults = (line: string, counts: Record<string, number>) =>
    log.info(line, { event: 'client-faults', ...counts })
  const faults = new ClientFaults(onFaults, undefined, metrics?.clientFault)

  const built = builtEntry(webRoot)
  const entry = config.webDev ? devEntry : built
  const proxies = new Proxies(config.trustProxy, config.publicUrl, () => {
    log.error(
      'A request came with X-Forwarded-For, which is ignored while TRUST_PROXY is off. Behind a proxy all clients have its address, and share the limits of one: set TRUST_PROXY. Without a proxy, a client made it up.',
      { event: 'forwarded-for-ignored' },
    )
  })
  const maxConnections = connectionLimit()
  const buckets = others.buckets ?? new MemoryTokenBuckets()
  const bursts = new BurstNumbers()
  if (config.workers > 1) followBurstKey(process, bursts)
  const koa = createKoa({
    reader,
    writer,
    signals,
    audiences,
    voterStreams,
    watching,
    eventIds,
    createPolls: config.createPolls,
    privacy: privacyOf(config),
    limits: config.rateLimit
      ? rateLimits({ buckets, proofs: new Proofs(database.voterKey, buckets), bursts })
      : undefined,
    streamSlots: new StreamSlots(maxConnections, config.rateLimit),
    serverKey: database.voterKey,
    onFreshness: metrics?.painted,
    voters: new Voters(database.voterKey, database.installationId),
    allowedOrigins: config.allowedOrigins,
    publicUrl: config.publicUrl,
    basePath,
    proxies,
    theme,
    languages: new Languages(config.webDev ? WEB_TEXTS : join(webRoot, '.vite', 'i18n')),
    entry,
    files: built || theme !== POLLCAST_THEME ? webFiles(built && webRoot, theme) : undefined,
    health,
    admin:
      config.adminKey === undefined
        ? undefined
        : {
            key: config.adminKey,
            reader: sqlAdminReader(database),
            retentionDays: config.retentionDays,
            onAct: (act, roomCode) =>
              log.info(`The admin: ${act}${roomCode ? ` (room ${roomCode})` : ''}`, {
                event: 'admin-act',
                act,
                roomCode,
              }),
          },
    onAnswered,
    onError,
  })
  const limitLog = new ConnectionLimitLog(log, maxConnections)
  const server = new HttpServer(koa.callback(), {
    acceptWaiting: config.workers > 1 ? acceptFromPool : undefined,
    faults,
    maxConnections,
    onRefused: () => limitLog.refused(),
    certificate,
    ...(!config.rateLimit && { inFlightOfAddress: Number.POSITIVE_INFINITY }),
    // Behind a proxy, all connections have the proxy's address.
    ...(config.trustProxy && { networkOf: (req: IncomingMessage) => networkOf(proxies.address(req)) }),
  })

  const stopFollowing = config.tls && certificate && followCertificate(config.tls, certificate, server, log)
  const release = async () => {
    watching.stop()
    stopFollowing?.()
    await timer.stop()
    await retention.stop()
    await webhooks.stop()
    await epoch.stop()
    await operations.close()
    await database.close()
    await others.close()
  }
  const close = async () => {
    operations.drain()
    const closed = server.close(GRACE_MS)
    await Promise.all([closed, audiences.heartbeat.stop(GRACE_MS)])
    faults.flush()
    await release()
  }
  try {
    const metricsPort = await operations.start()
    const port = await server.listen(config.port, config.host)
    return { port, metricsPort, servesPages: entry !== undefined, close }
  } catch (error) {
    await release()
    throw error
  }
}

/** The primary accepts connections for its workers, and passes on the next one when a worker has taken the last. */
const acceptFromPool = () =>
  roundTrip(process, ASK_POOL_TIMEOUT_MS).then(
    () => true,
    () => true,
  )
