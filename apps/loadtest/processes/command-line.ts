import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The command line can't be carried out. The message says why. */
export class UsageError extends Error {}

/** Node's parseArgs, throwing a UsageError. */
export function parse<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Throws a UsageError. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= min && number <= max) return number
  throw new UsageError(`--${name} is a whole number from ${min} to ${max}, not "${text}".`)
}

/**
 * Runs a command with the arguments of this process, until it is done or a signal ends it. The exit code is 2 after a
 * UsageError and 1 after any other, of which one line is printed.
 */
export async function command(work: (args: string[]) => Promise<void>): Promise<void> {
  // Its reader may have read enough: `--help | head`.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  try {
    await work(process.argv.slice(2))
  } catch (error) {
    const isUsage = error instanceof UsageError
    console.error(isUsage ? `${error.message} --help lists the options.` : (error as Error).message)
    process.exitCode = isUsage ? 2 : 1
  }
}
