import { type ParseArgsConfig, parseArgs } from 'node:util'

/** What was asked can't be done, and the message says why. */
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
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new UsageError(`--${name} is a whole number from ${least} to ${most}, not "${text}".`)
}

/**
 * Does what a command is for, until that is done or a signal ends it. Exits with 2 where it was asked for what can't be
 * done, and with 1 where it fails, each said in a line.
 */
export async function command(work: (args: string[]) => Promise<void>): Promise<void> {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  try {
    await work(process.argv.slice(2))
  } catch (error) {
    const isUsage = error instanceof UsageError
    console.error(isUsage ? `${error.message} --help says what there is.` : (error as Error).message)
    process.exitCode = isUsage ? 2 : 1
  }
}
