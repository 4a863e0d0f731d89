/** The limit on open files of this process; infinite where the system has none. Node has raised it to the hard limit. */
export function openFileLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | 'unlimited' } } }
  const soft = report.userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}

/** Descriptors that are no connections: the database's and Redis's, files, the event loop's, the channel to a pool. */
const RESERVE = 64

/** How many connections a process may have open, so that a crowd never takes the descriptors its database needs. */
export function connectionLimit(openFiles = openFileLimit()): number {
  return Math.max(openFiles - RESERVE, Math.floor(openFiles / 2))
}
