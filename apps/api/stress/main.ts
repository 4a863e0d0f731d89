import { Progress } from '../bench/progress.ts'
import { History } from './history.ts'
import { command, HELP, type Options, readOptions, UsageError } from './options.ts'
import { table, verdict } from './report.ts'
import { run } from './run.ts'

/** Whatever happens, a run is over after so many seconds more than things go wrong in it. */
const DEADLINE_SECONDS = 180

process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message} --help says what there is.` : (error as Error).message)
  process.exitCode = error instanceof UsageError ? 2 : 1
}

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  console.log(`Seed ${options.seed}: ${command(options)}`)
  const failed = `This seed's schedule again: ${command(options)}`
  limitTime(options.seconds + DEADLINE_SECONDS, failed)
  const progress = new Progress()
  const history = new History()
  try {
    const outcome = await run(options, history, progress)
    progress.end()
    process.stdout.write(table(history, outcome))
  } catch (error) {
    progress.end()
    history.faults.note((error as Error).message)
  }
  process.stdout.write(verdict(history.faults))
  if (Object.keys(history.faults.all).length === 0) return
  console.log(failed)
  // Whatever was still being started ends with this process.
  process.exit(1)
}

function limitTime(seconds: number, failed: string): void {
  const late = () => {
    console.error(`\nNot done within ${seconds} s: given up. ${failed}`)
    process.exit(1)
  }
  setTimeout(late, seconds * 1000).unref()
}
