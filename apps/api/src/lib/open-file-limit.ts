let known: number | undefined

/** The limit on open files of this process, which Node has raised to the hard limit. Infinite if there is none. */
export function openFileLimit(): number {
  known ??= readOpenFileLimit()
  return known
}

function readOpenFileLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | 'unlimited' } } }
  const soft = report.userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}

/** Descriptors for other things than clients: the database, Redis, files, the event loop, the channel to a pool. */
const RESERVE = 64

/** How many connections a process may have open, so that descriptors are left for everything else. */
export function connectionLimit(openFiles = openFileLimit()): number {
  return Math.max(openFiles - RESERVE, Math.floor(openFiles / 2))
}
