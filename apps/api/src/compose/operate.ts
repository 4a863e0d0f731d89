import { answerMetrics } from '../cluster/worker-metrics.ts'
import { followWritable } from '../cluster/writable.ts'
import type { Config } from '../config/config.ts'
import type { Answered } from '../http/middleware/answered.ts'
import type { Health } from '../http/routes/health.ts'
import { EventLoopLag } from '../lib/event-loop-lag.ts'
import type { Log } from '../lib/log.ts'
import { MergedMetrics } from '../metrics/merged-metrics.ts'
import { Metrics } from '../metrics/metrics.ts'
import { type MetricsServer, serveMetrics } from '../metrics/metrics-server.ts'
import type { PollChanged, Signal } from '../polls/events.ts'
import type { Database, WritableDatabase } from '../store/database.ts'
import { probeWrites } from '../store/write-probe.ts'
import { accessLog } from './access-log.ts'
import { backUpNightly } from './nightly-backup.ts'

interface Operated {
  config: Config
  log: Log
  database: Database
  /** The same database, if this process writes to it itself. */
  writable: WritableDatabase | undefined
  pollChanged: Signal<PollChanged>
  /** Number of streams that are open. */
  streams: () => number
  onError: (error: unknown) => void
}

/** What lets the admin see how a process that serves requests is: health, metrics, access log, and the nightly backup. */
export interface Operations {
  health: Health
  onAnswered: readonly ((answered: Answered) => void)[]
  metrics: Metrics | undefined
  /** From now on the process is not ready. */
  drain(): void
  /** Resolves with the port of the metrics, if this process serves them. Rejects with the error of `listen`. */
  start(): Promise<number | undefined>
  close(): Promise<void>
}

export function operate({ config, log, database, writable, pollChanged, streams, onError }: Operated): Operations {
  const lag = new EventLoopLag()
  const inPool = config.workers > 1
  const isWritable = writable ? () => writable.availability.isWritable : followWritable(process)
  const stopProbing = writable && probeWrites(writable)
  const metrics =
    config.metricsPort === undefined
      ? undefined
      : new Metrics({ streams, lag: () => lag.milliseconds, database: database.availability })
  if (metrics) {
    pollChanged.listen(({ type }) => type === 'voted' && metrics.voteCounted())
    if (writable) writable.onVotesWritten = metrics.votesWritten
  }
  let isDraining = false
  let server: MetricsServer | undefined
  let stopBackups: (() => Promise<void>) | undefined
  return {
    metrics,
    health: {
      lag: () => lag.milliseconds,
      notReady: () => {
        if (isDraining) return 'draining'
        if (!isWritable()) return 'write-failed'
        return database.isInPlace() ? undefined : 'database-moved'
      },
    },
    onAnswered: [
      ...(metrics ? [({ code }: Answered) => void (code && metrics.refused(code))] : []),
      ...(config.logLevel === 'debug' ? [accessLog(log)] : []),
    ],
    drain: () => {
      isDraining = true
    },
    start: async () => {
      if (!inPool) stopBackups = await backUpNightly(config, log)
      if (!metrics || config.metricsPort === undefined) return undefined
      if (inPool) {
        answerMetrics(process, () => metrics.values())
        return undefined
      }
      const merged = new MergedMetrics()
      const read = async () => merged.text([await metrics.values()])
      server = await serveMetrics(config.metricsPort, config.host, read, onError)
      return server.port
    },
    close: async () => {
      lag.stop()
      stopProbing?.()
      await stopBackups?.()
      await server?.close()
    },
  }
}
