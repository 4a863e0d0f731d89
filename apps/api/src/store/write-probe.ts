import type { WritableDatabase } from './database.ts'
import { touchInstallation } from './installation.ts'

/**
 * After a failed write, writes by itself once a second until it succeeds: a node that is not ready gets no votes, which
 * would otherwise be the next try. Returns a function that stops it, to be called before the database is closed.
 */
export function probeWrites(
  { availability, transactions }: Pick<WritableDatabase, 'availability' | 'transactions'>,
  intervalMs = 1000,
): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const probe = async () => {
    // A success stops the timer; a failure has been logged when the outage began.
    await transactions.run(({ query }) => query(touchInstallation), 'repeatable').catch(() => {})
    timer?.refresh()
  }
  availability.onWritable((isWritable) => {
    stop()
    if (!isWritable) timer = setTimeout(() => void probe(), intervalMs).unref()
  })
  return stop
}
