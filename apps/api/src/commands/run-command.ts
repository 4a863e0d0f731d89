import type { RunnableCommand } from '../config/command-line.ts'
import { readConfig, readCreateKey } from '../config/config.ts'
import type { Log } from '../lib/log.ts'

/** For someone at a terminal: the sentences alone. */
const log: Log = {
  error: (problem) => console.error(problem),
  info: (text) => console.error(text),
  debug: () => {},
}

/**
 * Runs one of the commands that the command line knows, and loads no other. Resolves with its exit code when it is done.
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
  if (run === 'create') {
    const { create } = await import('./create.ts')
    return say(await create({ ...command, createKey: readCreateKey(environment) }))
  }
  if (run === 'watch') {
    const { watch } = await import('./watch.ts')
    return say(await watch(command.code, command.url, out))
  }
  if (run === 'doctor') {
    const { doctor } = await import('./doctor/doctor.ts')
    const { text, isWrong } = await doctor(command.url, command.isQuick, command.pollId)
    say(text)
    return isWrong ? 1 : 0
  }
  const config = readConfig(environment)
  if (run === 'backup') {
    const { backup } = await import('./backup.ts')
    return say(await backup(config, command.file, command.force))
  }
  if (run === 'restore') {
    const { restore } = await import('./restore.ts')
    return say(await restore(config, command.file, log))
  }
  if (run === 'export') {
    const { exportDatabase } = await import('./export.ts')
    return say(await exportDatabase(config, command.file, command.force))
  }
  const { importDatabase } = await import('./import.ts')
  return say(await importDatabase(config, command.file, log))
}
