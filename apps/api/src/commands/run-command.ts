import type { FileCommand } from '../config/command-line.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { backup } from './backup.ts'
import { exportDatabase } from './export.ts'
import { importDatabase } from './import.ts'
import { restore } from './restore.ts'

/** For someone at a terminal: the sentences alone. */
const log: Log = {
  error: (problem) => console.error(problem),
  info: (text) => console.error(text),
  debug: () => {},
}

/** Runs one of the commands that the command line knows. Resolves with what to say when it is done. */
export function runCommand({ run, file, force }: FileCommand, config: Config): Promise<string> {
  if (run === 'backup') return backup(config, file, force)
  if (run === 'restore') return restore(config, file, log)
  if (run === 'export') return exportDatabase(config, file, force)
  return importDatabase(config, file, log)
}
