import { openFileLimit } from '@pollcast/api/lib/open-file-limit'

/** Open files that a process needs besides its connections. */
const SPARE = 200

/** Why so many connections can't be opened here, and what to do. Undefined if they can. */
export function tooManyOpenFiles(connections: number, limit = openFileLimit()): string | undefined {
  const max = limit - SPARE
  if (connections <= max) return undefined
  return `${connections} connections are more than this shell's limit of ${limit} open files allows (${max} at most).
Raise it for this shell with "ulimit -n ${connections + SPARE}", beyond the hard limit as root with "ulimit -Hn", or open fewer.`
}
