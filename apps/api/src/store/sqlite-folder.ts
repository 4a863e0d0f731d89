import { constants, type Stats } from 'node:fs'
import { access, chmod, lstat, mkdir, open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Log } from '../lib/log.ts'
import { DatabaseRefused } from './database.ts'

/** For this user alone: the key that cookies are signed with is in it. */
const OWN_FILE = 0o600
const OWN_FOLDER = 0o700
const OTHERS = 0o077

export interface SqlitePlace {
  /** The database itself, where `path` is a symbolic link. */
  real: string
  /** What is locked by the server that has it open. */
  lock: string
}

/**
 * Makes the file, its folder and its lock where they are missing, readable to this user alone. Nothing that is there is
 * changed. Throws a DatabaseRefused, or the system's error, where there can be no database.
 *
 * @param log gets that the database is a new one: a mistake in its path is noticed by that
 */
export async function prepareFile(path: string, log: Log): Promise<SqlitePlace> {
  await makeFolder(dirname(path))
  if (await makeFile(path)) {
    log.info(`A new database was made at ${resolve(path)}.`, { event: 'database-created', database: resolve(path) })
  }
  const found = await stat(path).catch(async (error) => {
    if (!(await lstat(path)).isSymbolicLink()) throw error
    throw new DatabaseRefused(`DATABASE_URL: ${path} is a symbolic link to something that is not there.`)
  })
  checkRegular(path, found)
  const real = await realpath(path)
  await access(real, constants.R_OK | constants.W_OK)
  // SQLite makes its log there.
  await access(dirname(real), constants.W_OK)
  return { real, lock: await makeLock(real) }
}

function checkRegular(path: string, found: Stats): void {
  if (found.isDirectory()) {
    throw new DatabaseRefused(`DATABASE_URL: ${path} is a folder. Name a file in it, such as ${path}/pollcast.sqlite.`)
  }
  if (!found.isFile()) throw new DatabaseRefused(`DATABASE_URL: ${path} is not a regular file.`)
}

/**
 * The lock of a database that need not be there, made with its folder where it is missing. Throws as `prepareFile` does.
 */
export async function prepareLock(path: string): Promise<SqlitePlace> {
  await makeFolder(dirname(path))
  const found = await stat(path).catch(() => undefined)
  if (found) checkRegular(path, found)
  const real = await realpath(path).catch(async () => join(await realpath(dirname(path)), basename(path)))
  return { real, lock: await makeLock(real) }
}

async function makeLock(real: string): Promise<string> {
  const lock = `${real}-lock`
  await makeFile(lock)
  return lock
}

/** Makes a folder, and those that it is in. Node's own way to make several levels never ends where the system has none, such as below /proc. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, OWN_FOLDER)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    // Another process may make it at the same time.
    await mkdir(path, OWN_FOLDER).catch((again) => {
      if (again.code !== 'EEXIST') throw again
    })
  }
}

/** False where there is one. It is not opened then: to close a file takes away the locks that SQLite has on it. */
async function makeFile(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', OWN_FILE)).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Takes the database's files away from other users, if they are this user's, and tells the log about it once. */
export async function makePrivate({ real, lock }: SqlitePlace, log: Log): Promise<void> {
  const user = process.getuid?.()
  // Windows has no modes.
  if (user === undefined) return
  const files = await Promise.all(
    [real, lock, `${real}-wal`, `${real}-shm`].map(async (path) => {
      const found = await stat(path).catch(() => undefined)
      return found && (found.mode & OTHERS) !== 0 ? [{ path, owner: found.uid }] : []
    }),
  )
  const exposed = files.flat()
  if (exposed.length === 0) return
  const names = exposed.map(({ path }) => path).join(', ')
  try {
    if (exposed.some(({ owner }) => owner !== user)) throw new Error('the files belong to another user')
    for (const { path } of exposed) await chmod(path, OWN_FILE)
    log.info(
      `Changed the mode of ${names} to 600: other users could read them, and the database holds the key that signs ` +
        'cookies.',
      { event: 'database-mode-changed', files: names },
    )
  } catch (error) {
    const { message } = error as Error
    log.error(
      `Other users can read ${names}, and the database holds the key that signs cookies. Pollcast can't change the ` +
        `mode: ${message}.`,
      { event: 'database-exposed', files: names },
    )
  }
}
