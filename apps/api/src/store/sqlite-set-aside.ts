import { open, realpath, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '../lib/log.ts'
import { isThere, syncFolder } from '../lib/whole-file.ts'
import { DatabaseRefused } from './database.ts'

/** Renames those of a database's files that are there, by their endings. Returns where they begin now; undefined if there was none. */
export async function setAside(
  real: string,
  endings: readonly string[],
  now = new Date(),
): Promise<string | undefined> {
  const kept = `${real}-replaced-${now.toISOString().replaceAll(':', '-').slice(0, 19)}`
  let isKept = false
  for (const ending of endings) {
    if (!(await isThere(real + ending))) continue
    await rename(real + ending, kept + ending)
    isKept = true
  }
  await syncFolder(dirname(real))
  return isKept ? kept : undefined
}

/**
 * A server that was killed leaves its log, and SQLite applies that to whatever file is beside it then, which it destroys. A
 * database that a server has used says in its header that it has a log (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
 * A backup says that it has none: so the log is another one's, and is set aside.
 *
 * To be called before the file is opened otherwise: to close it takes away the locks that SQLite has on it.
 */
export async function setForeignLogAside(real: string, log: Log): Promise<void> {
  if (!(await hasForeignLog(real))) return
  const kept = `${await setAside(real, ['-wal', '-shm'])}-wal`
  log.info(`The log beside ${real} (-wal) was another file's: this one is a backup, or new. The log is ${kept} now.`, {
    event: 'foreign-log-set-aside',
    file: kept,
  })
}

/**
 * Throws a DatabaseRefused where the log beside a database is another one's: what only reads it would read a mixture. To be
 * called where no other part of this process has the file open, as above.
 */
export async function refuseForeignLog(path: string): Promise<void> {
  const real = await realpath(path).catch(() => path)
  if (!(await isThere(real)) || !(await hasForeignLog(real))) return
  throw new DatabaseRefused(
    `The log beside ${path} (-wal) is another file's: ${path} is a backup, or new. Start Pollcast on it first, which sets the log aside.`,
  )
}

async function hasForeignLog(real: string): Promise<boolean> {
  const size = await stat(`${real}-wal`).then(
    (found) => found.size,
    () => 0,
  )
  return size > 0 && !(await mayHaveLog(real))
}

/** Where the header tells it, and what is there in a file without a log; in an empty one there is nothing. */
const VERSIONS_AT = 18
const WITHOUT_LOG = 1

async function mayHaveLog(real: string): Promise<boolean> {
  const file = await open(real)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, VERSIONS_AT)
    return buffer.some((version) => version > WITHOUT_LOG)
  } finally {
    await file.close()
  }
}
