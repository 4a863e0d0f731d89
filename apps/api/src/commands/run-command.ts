import type { RunnableCommand } from '../config/command-line.ts'
import { readConfig } from '../config/config.ts'
import type { Log } from '../lib/log.ts'
import { backup } from './backup.ts'
import { create } from './create.ts'
import { doctor } from './doctor/doctor.ts'
import { exportDatabase } from './export.ts'
import { importDatabase } from './import.ts'
import { restore } from './restore.ts'
import { watch } from './watch.ts'

/** For someone at a terminal: the sentences alone. */
const log: Log = {
  error: (problem) => console.error(problem),
  info: (text) => console.error(text),
  debug: () => {},
}

/**
 * Runs one of the commands that the command line knows. Resolves with its exit code when it is done.
 *
 * @param environment what the server would be configured by
 */
export async function runCommand(
  command: RunnableCommand,
  environment: NodeJS.ProcessEnv,
  out: NodeJS.WriteStream,
): Promise<number> {
  const { run } = command
  const say = (text: string) => {
    out.write(`${text}\n`)
    return 0
  }
  if (run === 'create') return say(await create({ ...command, createKey: environment.CREATE_KEY || undefined }))
  if (run === 'watch') return say(await watch(command.code, command.url, out))
  if (run === 'doctor') {
    const { text, isWrong } = await doctor(command.url, command.isQuick, command.pollId)
    say(text)
    return isWrong ? 1 : 0
  }
  const config = readConfig(environment)
  if (run === 'backup') return say(await backup(config, command.file, command.force))
  if (run === 'restore') return say(await restore(config, command.file, log))
  if (run === 'export') return say(await exportDatabase(config, command.file, command.force))
  return say(await importDatabase(config, command.file, log))
}
