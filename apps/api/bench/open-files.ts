import { openFileLimit } from '../src/open-file-limit.ts'

/** What a process needs beside its streams: votes' connections come on top. */
const SPARE = 200

/** Why so many connections can't be opened here, with what to do; undefined where they can. */
export function tooManyOpenFiles(connections: number, limit = openFileLimit()): string | undefined {
  const most = limit - SPARE
  if (connections <= most) return undefined
  return `${connections} connections are more than this shell's limit of ${limit} open files allows (${most} at most).
Raise it for this shell with "ulimit -n ${connections + SPARE}", beyond the hard limit as root with "ulimit -Hn", or open fewer.`
}
