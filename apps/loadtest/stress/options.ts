import { randomInt } from 'node:crypto'
import { parse, wholeNumber } from '../processes/command-line.ts'

export const HELP = `npm run stress -- [options]

Starts three nodes on one PostgreSQL and one Redis, votes and watches on all of them, and meanwhile kills, stops and cuts
them off as the seed says. Then it holds what became of every vote and every stream against what is promised.

  --seed N         repeats a schedule; without it one is drawn, and printed
  --seconds N      how long things go wrong (60)
  --streams N      how many streams are open (24)
  --voters N       how many vote at the same time (24)
  --without-redis  wakes go by LISTEN/NOTIFY
  --help           this text

It starts servers of its own from the installed programs. TEST_POSTGRES_URL and TEST_REDIS_URL name others, which it does
not restart.

Exits with 1 if a promise was broken, and says the command that repeats it. What is done when is the same again; how fast
the machine is meanwhile is not, so it may take more than one attempt.`

const given = {
  seed: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  streams: { type: 'string', default: '24' },
  voters: { type: 'string', default: '24' },
  'without-redis': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export interface Options {
  seed: number
  seconds: number
  streams: number
  voters: number
  withoutRedis: boolean
  help: boolean
}

const HIGHEST_SEED = 2 ** 32 - 1

/** Reads the command line. Throws a UsageError. */
export function readOptions(args: string[]): Options {
  const { values } = parse({ args, options: given })
  return {
    seed: values.seed === undefined ? randomInt(HIGHEST_SEED) : wholeNumber('seed', values.seed, 0, HIGHEST_SEED),
    seconds: wholeNumber('seconds', values.seconds, 1, 21_600),
    streams: wholeNumber('streams', values.streams, 1, 1000),
    voters: wholeNumber('voters', values.voters, 1, 1000),
    withoutRedis: values['without-redis'],
    help: values.help,
  }
}

/** What repeats this run. */
export function repeating({ seed, seconds, streams, voters, withoutRedis }: Options): string {
  const redis = withoutRedis ? ' --without-redis' : ''
  return `npm run stress -- --seed ${seed} --seconds ${seconds} --streams ${streams} --voters ${voters}${redis}`
}
