import { availableParallelism } from 'node:os'
import { command, UsageError } from '../processes/command-line.ts'
import { tooManyOpenFiles } from '../processes/open-files.ts'
import { Progress } from '../processes/progress.ts'
import { Random } from '../processes/random.ts'
import { limitTime } from '../processes/time-limit.ts'
import { HELP, type Options, readOptions } from './options.ts'
import { ending, table } from './report.ts'
import { type Attack, AttackContext } from './support/attack-context.ts'
import { type Check, Verdict } from './support/verdict.ts'

/** Connections that are open at the same time. */
const CONNECTIONS = 5100

/** Seconds in which an attack is over, even on a server that gets slow and a machine that does other things as well. */
const DEADLINE_SECONDS = 600

await command((args) => main(readOptions(args)))

async function main(options: Options): Promise<void> {
  if (options.help) return console.log(HELP)
  if (process.platform !== 'linux') throw new UsageError('This runs on Linux only.')
  const problem = tooManyOpenFiles(CONNECTIONS)
  if (problem) throw new UsageError(problem)
  limitTime(options.chosen.length * DEADLINE_SECONDS)
  console.log(`Seed ${options.seed}, Node ${process.version}, ${availableParallelism()} cores\n`)
  const checks: Check[] = []
  for (const attack of options.chosen) {
    const found = await carryOut(attack, options)
    process.stdout.write(table(attack.name, found))
    checks.push(...found)
  }
  process.stdout.write(ending(checks))
  // Connections to servers that have ended would keep this process alive.
  process.exit(checks.every(({ kept }) => kept) ? 0 : 1)
}

/** Each attack starts from the seed, so that it is the same alone and among others. */
async function carryOut(attack: Attack, { seed, main }: Options): Promise<Check[]> {
  const progress = new Progress()
  const verdict = new Verdict()
  const context = new AttackContext(main, new Random(seed), verdict, (detail) =>
    progress.say(`${attack.name}:`, detail),
  )
  context.say('')
  try {
    await attack.run(context)
  } catch (error) {
    verdict.none('attacks that could not be carried out', [reason((error as Error).message)])
  } finally {
    progress.end()
    await context.close()
  }
  return verdict.checks
}

/** The line with the error, if a server that does not start has printed a stack. */
function reason(text: string): string {
  const lines = text.trimEnd().split('\n')
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? ''
}
