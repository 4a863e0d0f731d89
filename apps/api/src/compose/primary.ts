import { shareBurstKey } from '../cluster/burst-key.ts'
import type { Channel } from '../cluster/ipc.ts'
import { limitAcceptQueue } from '../cluster/limit-accept-queue.ts'
import { PubSubExchange } from '../cluster/pubsub/pubsub-exchange.ts'
import { type Ready, WorkerPool } from '../cluster/worker-pool.ts'
import { serveTokenBuckets } from '../cluster/worker-token-buckets.ts'
import { serveWriter } from '../cluster/writer-server.ts'
import type { Config } from '../config/config.ts'
import { ConnectionLimitLog } from '../http/server/connection-limit-log.ts'
import { newBurstKey } from '../lib/burst-numbers.ts'
import type { Log } from '../lib/log.ts'
import { connectionLimit } from '../lib/open-file-limit.ts'
import { MemoryTokenBuckets } from '../lib/token-buckets.ts'
import { epochWriter } from '../store/epochs.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { openSqlite } from '../store/sqlite-database.ts'
import { operatePool } from './operate-pool.ts'
import { themeOf } from './theme-of.ts'

export interface Pool {
  /** The port that metrics are served on, if there are any. */
  metricsPort: number | undefined
  /** Resolves with the exit code for this process: when `end` is done, or when no worker can start. */
  run(): Promise<number>
  end(): void
}

/**
 * Builds the primary process of a pool of workers, which serve requests on one port.
 *
 * @param log gets the database's outages and their ends, if this process writes to it
 * @param onReady is called once, when all workers accept requests
 */
export async function startPrimary(config: Config, log: Log, onReady: (ready: Ready) => void): Promise<Pool> {
  // Workers read it themselves. What is wrong with it is told before a database is made.
  await themeOf(config)
  const count = config.workers
  const maxConnections = connectionLimit()
  const limitLog = new ConnectionLimitLog(log, maxConnections)
  limitAcceptQueue(maxConnections, () => limitLog.refused())
  const buckets = new MemoryTokenBuckets()
  // Workers on SQLite write through this process, and on SQLite without Redis they publish through it too.
  const exchange = new PubSubExchange()
  const database = 'path' in config.database ? await openSqlite(config.database.path, log) : undefined
  const writer =
    database && Object.assign(new SqlPollWriter(database, config, config.webhook !== undefined), epochWriter(database))
  const operations = operatePool(config, log, database)
  const burstKey = newBurstKey()
  const onFork = (worker: Channel) => {
    shareBurstKey(worker, burstKey)
    const onGone = operations.onFork(worker)
    serveTokenBuckets(worker, buckets)
    if (writer) serveWriter(worker, writer)
    const leave = exchange.add(worker)
    return () => {
      onGone()
      leave()
    }
  }
  const pool = new WorkerPool({ count, onReady, onFork })
  const release = async () => {
    await operations.close()
    await database?.close()
  }
  const metricsPort = await operations.start().catch(async (error) => {
    await release()
    throw error
  })
  return { metricsPort, run: () => pool.run().finally(release), end: () => pool.end() }
}
