import { realpathSync, statSync } from 'node:fs'
import { DatabaseMoved } from './database-errors.ts'

/** Tells a file from any other: as long as it is open, no other one gets its inode. */
interface Identity {
  device: bigint
  inode: bigint
}

export interface OpenFile extends Identity {
  path: string
}

/** What the admin can do about a file that is not in its place. */
const PUT_BACK = 'Put the same file back, or restart Pollcast'
const CHECK_FOR_ANOTHER_SERVER =
  'Another Pollcast can start on this database now: make sure that none is running, then restart Pollcast'

/**
 * The files that SQLite has open: the database, its write-ahead log and that one's index. A process keeps what it has
 * open whatever becomes of the names, and would go on writing into files that nobody finds again: when it ends, all of
 * it is gone. So the files at their paths are compared with what was opened.
 *
 * SQLite makes the log and its index when it first reads a database in WAL mode, and they stay until the last process
 * closes it.
 *
 * The server that writes has its lock open as well: with another file at that path, another server could take it.
 */
export class SqliteFiles {
  /** Whether they were no longer in their place when they were looked at last. */
  moved = false
  readonly #files: readonly [database: OpenFile, log: OpenFile, index: OpenFile]
  readonly #lock: OpenFile | undefined

  /**
   * @param path that of a database which is open, in WAL mode, and has been read. Throws where it is not there.
   * @param lock the file that this server holds a lock on
   */
  constructor(path: string, lock?: OpenFile) {
    // As SQLite does: beside the file that a symbolic link leads to.
    const real = realpathSync(path)
    this.#files = [openFile(path), openFile(`${real}-wal`), openFile(`${real}-shm`)]
    this.#lock = lock
  }

  /**
   * Throws a DatabaseMoved if one of them has been removed, moved or replaced. It blocks, for some 20 µs: the names are
   * in the kernel's cache, and a turn in the thread pool takes ten times as long.
   */
  check(): void {
    this.moved = true
    for (const file of this.#files) checkPlace(file, PUT_BACK)
    if (this.#lock) checkPlace(this.#lock, CHECK_FOR_ANOTHER_SERVER)
    this.moved = false
  }

  /** Whether all of them are in their place. Costs what `check` does. */
  get areInPlace(): boolean {
    try {
      this.check()
      return true
    } catch {
      return false
    }
  }

  /** Whether the database is in its place without its log. No other program has it open then: it would have made one. */
  get isWalMissing(): boolean {
    const [database, log] = this.#files
    return isSame(database, identify(database.path)) && identify(log.path) === undefined
  }
}

function checkPlace(file: OpenFile, whatToDo: string): void {
  const found = identify(file.path)
  if (isSame(file, found)) return
  const what = found ? `another file is in the place of ${file.path}` : `${file.path} was moved or removed`
  throw new DatabaseMoved(`${what} while it was in use. ${whatToDo}`)
}

/** Throws a DatabaseMoved where it is not there. */
export function openFile(path: string): OpenFile {
  const found = identify(path)
  if (!found) throw new DatabaseMoved(`${path} was removed while it was being opened`)
  return { path, ...found }
}

const isSame = (one: Identity, other: Identity | undefined) => one.device === other?.device && one.inode === other.inode

/** Undefined where there is no file, or none that can be looked at. */
function identify(path: string): Identity | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return { device: dev, inode: ino }
  } catch {
    return undefined
  }
}
