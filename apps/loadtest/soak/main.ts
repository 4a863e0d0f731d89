import { command, UsageError } from '../processes/command-line.ts'
import { Progress } from '../processes/progress.ts'
import { limitTime } from '../processes/time-limit.ts'
import { verdict } from '../stress/report.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { doneTable, growthTable } from './report.ts'
import { run } from './run.ts'

/** Before that, a server is still warming up. */
const JUDGED_FROM_MINUTES = 10

/** A run is given up so many seconds after its time. */
const TIMEOUT_SECONDS = 900

await command((args) => main(readOptions(args)))

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  if (process.platform !== 'linux') throw new UsageError('This runs on Linux only.')
  const { minutes, rate, seed } = options
  limitTime(minutes * 60 + TIMEOUT_SECONDS)
  console.log(`Seed ${seed}, Node ${process.version}: ${minutes} minutes, ${rate} requests a second\n`)
  const progress = new Progress()
  const { soak, figures } = await run(options, progress)
  progress.end()
  const { failures, done } = soak
  const isJudged = minutes >= JUDGED_FROM_MINUTES
  process.stdout.write(`${doneTable(done)}\n${growthTable(figures, isJudged ? failures : undefined)}\n`)
  if (!isJudged) console.log(`growth is judged in runs of ${JUDGED_FROM_MINUTES} minutes and more`)
  process.stdout.write(verdict(failures))
  process.exit(Object.keys(failures.all).length === 0 ? 0 : 1)
}
