import { DatabaseRefused } from './database.ts'
import { cause, DatabaseMoved } from './database-errors.ts'

const NO_ROOM = 'there is no room left on its disk'
const NOT_ALLOWED = 'this user may not use it, or may not write there'
const READ_ONLY = 'it, or its file system, can only be read'
const NO_FOLDER = 'a part of its path is a file, not a folder'

const reasons: Record<string, string> = {
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: READ_ONLY,
  ENOSPC: NO_ROOM,
  EDQUOT: NO_ROOM,
  EEXIST: NO_FOLDER,
  ENOTDIR: NO_FOLDER,
  ENOENT: 'no folder can be made there',
  ENAMETOOLONG: 'a name in its path is too long',
  ELOOP: 'its symbolic links lead in a circle',
  SQLITE_NOTADB: 'it is not an SQLite database',
  SQLITE_CORRUPT: 'it is damaged. Restore it from a backup',
  SQLITE_BUSY: 'another program has it locked',
  SQLITE_READONLY: READ_ONLY,
  SQLITE_FULL: NO_ROOM,
}

/** The message for the admin where an SQLite file can't be opened. A fault of this program stays what it is. */
export function sqliteRefusal(path: string, error: unknown): unknown {
  if (error instanceof DatabaseRefused) return error
  if (error instanceof DatabaseMoved) return new DatabaseRefused(`The database can't be opened: ${error.message}.`)
  const { code, message } = cause(error)
  if (code === undefined || !/^(E[A-Z]+|SQLITE_.+)$/.test(code)) return error
  const reason = reasons[code]
  const text = reason ? `${reason} (${message})` : message
  return new DatabaseRefused(`The database at ${path} can't be opened: ${text}. See DATABASE_URL.`, { cause: error })
}
