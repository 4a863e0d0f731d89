import { constants } from 'node:fs'
import { access, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Config, ConfigError } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { reasonOf } from '../lib/reason-of.ts'
import { PARTIAL } from '../lib/whole-file.ts'
import { backUpSqlite } from '../store/sqlite-backup.ts'
import { makeFolder } from '../store/sqlite-folder.ts'

/** The hour, in local time, at which few people vote. */
const HOUR = 3

/** A clock that was set, or a machine that slept, is noticed after this many milliseconds. */
const CHECK_MS = 60_000

const NAME = /^pollcast-\d{4}-\d{2}-\d{2}\.sqlite$/

/**
 * Backs up the SQLite file into BACKUP_DIR at 03:00 every night, and keeps the newest BACKUP_KEEP of these backups. Makes
 * the first one at once if there is none of since the last 03:00. Throws a ConfigError if the folder can't be used.
 *
 * @param log gets each backup, and each that failed: that one is tried again the next night
 * @returns a function that stops it, and waits for a backup that is being made
 */
export async function backUpNightly({ backups, database }: Config, log: Log): Promise<() => Promise<void>> {
  if (!backups || !('path' in database)) return async () => {}
  const folder = resolve(backups.folder)
  let lastTried = await prepareFolder(folder)
  let working: Promise<void> | undefined
  const check = () => {
    const name = nameOf(lastNight(new Date()))
    if (working || (lastTried !== undefined && lastTried >= name)) return
    lastTried = name
    working = backUp(database.path, folder, name, backups.keep, log).finally(() => {
      working = undefined
    })
  }
  check()
  const timer = setInterval(check, CHECK_MS).unref()
  return async () => {
    clearInterval(timer)
    await working
  }
}

async function backUp(path: string, folder: string, name: string, keep: number, log: Log): Promise<void> {
  const file = join(folder, name)
  try {
    await backUpSqlite(path, file, { replace: true })
    log.info(`Backed up the database to ${file}.`, { event: 'backup-made', file })
    const all = await readdir(folder)
    const old = (await backupsIn(folder)).slice(0, -keep)
    // Those of a process that was killed while it made one.
    const broken = all.filter((one) => one.startsWith('pollcast-') && one.endsWith(PARTIAL))
    for (const one of [...old, ...broken]) await rm(join(folder, one), { force: true })
  } catch (error) {
    log.error(`The database could not be backed up to ${file}: ${reasonOf(error as Error)}`, {
      event: 'backup-failed',
      file,
    })
  }
}

/** The newest 03:00 that is past. */
function lastNight(now: Date): Date {
  const night = new Date(now.getFullYear(), now.getMonth(), now.getDate(), HOUR)
  return night <= now ? night : new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, HOUR)
}

function nameOf(night: Date): string {
  const [year, month, day] = [night.getFullYear(), night.getMonth() + 1, night.getDate()]
  return `pollcast-${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}.sqlite`
}

/** The oldest first: names are in the order of their nights. */
const backupsIn = async (folder: string) => (await readdir(folder)).filter((name) => NAME.test(name)).sort()

/** Returns the newest backup in it. */
async function prepareFolder(folder: string): Promise<string | undefined> {
  try {
    await makeFolder(folder)
    await access(folder, constants.W_OK)
    return (await backupsIn(folder)).at(-1)
  } catch (error) {
    throw new ConfigError(
      `BACKUP_DIR: no backups can be written to ${folder} (${(error as NodeJS.ErrnoException).code}).`,
    )
  }
}
