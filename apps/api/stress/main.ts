import { command } from '../bench/command-line.ts'
import { Progress } from '../bench/progress.ts'
import { limitTime } from '../bench/time-limit.ts'
import { History } from './history.ts'
import { HELP, type Options, readOptions, repeating } from './options.ts'
import { table, verdict } from './report.ts'
import { run } from './run.ts'

/** Whatever happens, a run is over after so many seconds more than things go wrong in it. */
const DEADLINE_SECONDS = 180

await command((args) => main(readOptions(args)))

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  console.log(`Seed ${options.seed}: ${repeating(options)}`)
  const failed = `This seed's schedule again: ${repeating(options)}`
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
