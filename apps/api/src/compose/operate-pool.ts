import type { Channel } from '../cluster/ipc.ts'
import { WorkerMetrics } from '../cluster/worker-metrics.ts'
import { shareWritable } from '../cluster/writable.ts'
import type { Config } from '../config/config.ts'
import { EventLoopLag } from '../lib/event-loop-lag.ts'
import type { Log } from '../lib/log.ts'
import { MergedMetrics } from '../metrics/merged-metrics.ts'
import { Metrics, type ProcessMetrics } from '../metrics/metrics.ts'
import { type MetricsServer, serveMetrics } from '../metrics/metrics-server.ts'
import type { WritableDatabase } from '../store/database.ts'
import { probeWrites } from '../store/write-probe.ts'
import { backUpNightly } from './nightly-backup.ts'

interface PoolOperations {
  /** Returns a function to call when the worker has exited. */
  onFork(worker: Channel): () => void
  /** Resolves with the port of the metrics, if there are any. Rejects with the error of `listen`. */
  start(): Promise<number | undefined>
  close(): Promise<void>
}

/**
 * What lets the admin see how a pool is: its primary gives the metrics of all processes, and makes the nightly backup.
 *
 * @param database the one that the primary writes to, if it does
 */
export function operatePool(config: Config, log: Log, database: WritableDatabase | undefined): PoolOperations {
  const lag = new EventLoopLag()
  const onError = (error: unknown) => log.error(error, { event: 'unexpected-error' })
  const metrics =
    config.metricsPort === undefined
      ? undefined
      : new Metrics({ lag: () => lag.milliseconds, database: database?.availability })
  if (database && metrics) database.onVotesWritten = metrics.votesWritten
  const stopProbing = database && probeWrites(database)
  const merged = new MergedMetrics()
  const workers = new WorkerMetrics<ProcessMetrics>((last) => merged.retire(last))
  let server: MetricsServer | undefined
  let stopBackups: (() => Promise<void>) | undefined
  return {
    onFork: (worker) => {
      const ends = [workers.add(worker), ...(database ? [shareWritable(worker, database.availability)] : [])]
      return () => {
        for (const end of ends) end()
      }
    },
    start: async () => {
      stopBackups = await backUpNightly(config, log)
      if (!metrics || config.metricsPort === undefined) return undefined
      const read = async () => merged.text([await metrics.values(), ...(await workers.collect())])
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
