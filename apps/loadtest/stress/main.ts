import { command } from '../processes/command-line.ts'
import { Progress } from '../processes/progress.ts'
import { limitTime } from '../processes/time-limit.ts'
import { History } from './history.ts'
import { HELP, type Options, readOptions, repeating } from './options.ts'
import { table, verdict } from './report.ts'
import { run } from './run.ts'

/** A run is given up so many seconds after its last fault. */
const TIMEOUT_SECONDS = 180

await command((args) => main(readOptions(args)))

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  console.log(`Seed ${options.seed}: ${repeating(options)}`)
  const failed = `To run this seed's schedule again: ${repeating(options)}`
  limitTime(options.seconds + TIMEOUT_SECONDS, failed)
  const progress = new Progress()
  const history = new History()
  try {
    const outcome = await run(options, history, progress)
    progress.end()
    process.stdout.write(table(history, outcome))
  } catch (error) {
    progress.end()
    history.failures.note((error as Error).message)
  }
  process.stdout.write(verdict(history.failures))
  if (Object.keys(history.failures.all).length === 0) return
  console.log(failed)
  // Servers that are still starting end with this process.
  process.exit(1)
}
