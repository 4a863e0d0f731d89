import type { AppLog } from './app.ts'
import type { Config } from './config.ts'
import { SqlPollWriter } from './store/sql-poll-writer.ts'
import { openSqlite } from './store/sqlite-database.ts'
import { WakeExchange } from './wakes/wake-exchange.ts'
import type { Channel } from './workers/channel.ts'
import { type Ready, WorkerPool } from './workers/worker-pool.ts'
import { serveWrites } from './workers/write-desk.ts'

export interface Pool {
  /** Resolves with the exit code for this process: once `end` is done, or if no worker can start. */
  run(): Promise<number>
  end(): void
}

/**
 * Puts the process together that has others serve, on one port.
 *
 * @param log hears of each time that the database can't be written to, where this process writes
 * @param say hears what is being waited for
 * @param onReady is called once: when all workers take requests
 */
export async function openPool(
  config: Config,
  log: AppLog,
  say: (text: string) => void,
  onReady: (ready: Ready) => void,
): Promise<Pool> {
  const count = config.workers
  if ('url' in config.database) return new WorkerPool({ count, onReady, attend: () => () => {} })
  const exchange = new WakeExchange()
  const database = await openSqlite(config.database.path, log, say)
  const writer = new SqlPollWriter(database)
  const attend = (worker: Channel) => {
    serveWrites(worker, writer)
    return exchange.add(worker)
  }
  const pool = new WorkerPool({ count, onReady, attend })
  return { run: () => pool.run().finally(() => database.close()), end: () => pool.end() }
}
