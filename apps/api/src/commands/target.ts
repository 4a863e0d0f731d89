import { realpath } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { CommandRefused } from './command-refused.ts'

/** Throws a CommandRefused where the file to write is the database itself, or belongs to it. */
export async function refuseDatabase(file: string, database: Config['database']): Promise<void> {
  if (!('path' in database)) return
  const [target, real] = await Promise.all([file, database.path].map((path) => realpath(path).catch(() => path)))
  if (!['', '-wal', '-shm', '-lock'].some((suffix) => target === real + suffix)) return
  throw new CommandRefused(`${file} is the database itself, or a file that belongs to it. Name another file.`)
}
