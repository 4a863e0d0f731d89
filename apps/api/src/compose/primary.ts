import { boundQueue } from '../cluster/bound-queue.ts'
import type { Channel } from '../cluster/ipc.ts'
import { PubSubExchange } from '../cluster/pubsub-exchange.ts'
import { serveRateCounter } from '../cluster/rate-counter-server.ts'
import { type Ready, WorkerPool } from '../cluster/worker-pool.ts'
import { serveWriter } from '../cluster/writer-server.ts'
import type { Config } from '../config/config.ts'
import { FullNotice } from '../http/server/full-notice.ts'
import type { Log } from '../lib/log.ts'
import { connectionLimit } from '../lib/open-file-limit.ts'
import { MemoryRateCounter } from '../lib/rate-counter.ts'
import { SqlPollWriter } from '../store/sql-poll-writer.ts'
import { openSqlite } from '../store/sqlite-database.ts'

export interface Pool {
  /** Resolves with the exit code for this process: once `end` is done, or if no worker can start. */
  run(): Promise<number>
  end(): void
}

/**
 * Builds the process whose workers take requests on one port.
 *
 * @param log gets the database's outages and their ends, where this process writes
 * @param onReady is called once: when all workers take requests
 */
export async function startPrimary(config: Config, log: Log, onReady: (ready: Ready) => void): Promise<Pool> {
  const count = config.workers
  const maxConnections = connectionLimit()
  const full = new FullNotice(log, maxConnections)
  boundQueue(maxConnections, () => full.refused())
  const counter = new MemoryRateCounter()
  if ('url' in config.database) {
    const onFork = (worker: Channel) => {
      serveRateCounter(worker, counter)
      return () => {}
    }
    return new WorkerPool({ count, onReady, onFork })
  }
  const exchange = new PubSubExchange()
  const database = await openSqlite(config.database.path, log)
  const writer = new SqlPollWriter(database)
  const onFork = (worker: Channel) => {
    serveRateCounter(worker, counter)
    serveWriter(worker, writer)
    return exchange.add(worker)
  }
  const pool = new WorkerPool({ count, onReady, onFork })
  return { run: () => pool.run().finally(() => database.close()), end: () => pool.end() }
}
