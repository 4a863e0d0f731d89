import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What a file is called while it is being made. */
export const PARTIAL = '.partial'

/** A file that can't be made. The message says which, why and what to do. */
export class FileRefused extends Error {}

/** File systems without hard links answer with one of these. */
const NO_LINKS = /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/

/**
 * Makes a file that is there complete, and on the disk, or not at all: it is written under another name beside it. Only
 * this user can read it. Throws a FileRefused where a file is there already, unless it is to be replaced: then a link stays,
 * and the file that it leads to is another one. One that leads to nothing is refused. What is no file, such as a folder or /dev/null, is never replaced.
 *
 * @param make writes to the path that it gets, where there is an empty file
 */
export async function makeWhole(
  named: string,
  make: (partial: string) => Promise<void>,
  { replace = false } = {},
): Promise<void> {
  const path = await realpath(named).catch(() => named)
  if ((await isLink(named)) && !(await isThere(named))) {
    throw new FileRefused(`${named} is a link to a file that is not there. Name another file.`)
  }
  if (await isThere(path)) {
    const problem = await unreadable(named)
    if (problem !== undefined) throw new FileRefused(`${problem} Name another file.`)
    if (!replace) throw exists(named)
  }
  const partial = `${path}.${randomBytes(4).toString('hex')}${PARTIAL}`
  try {
    await (await open(partial, 'wx', 0o600)).close()
    await make(partial)
    await sync(partial)
    if (replace) await rename(partial, path)
    else await moveUnlessThere(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw refusal(named, error)
  }
}

/** Waits until the file is on the disk. */
export const sync = (path: string): Promise<void> => syncOpen(path, 'r+')

/** Waits until the names in the folder are on the disk. Windows does that by itself, and opens no folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await syncOpen(path, 'r')
}

async function syncOpen(path: string, mode: string): Promise<void> {
  const file = await open(path, mode)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function moveUnlessThere(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    await rm(from)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || (NO_LINKS.test(code) && (await isThere(to)))) throw exists(to)
    if (!NO_LINKS.test(code)) throw error
    await rename(from, to)
  }
}

export const isThere = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  )

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )

/** What keeps a path from being read as a file, in a sentence; undefined where nothing does. */
export async function unreadable(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return `There is no file ${path}.`
  if (found.isDirectory()) return `${path} is a folder.`
  return found.isFile() ? undefined : `${path} is not a regular file.`
}

const exists = (path: string) =>
  new FileRefused(`${path} is there already, and was left as it is. Name another file, or add --force to replace it.`)

function refusal(path: string, error: unknown): unknown {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (syscall === undefined || !/^E[A-Z]+$/.test(code ?? '')) return error
  return new FileRefused(`${path} can't be written: ${message}.`, { cause: error })
}
