import { randomInt } from 'node:crypto'
import { parse, UsageError, wholeNumber } from '../processes/command-line.ts'

export const HELP = `npm run stress -- [options]

Starts three nodes on one PostgreSQL and one Redis, or one pool of workers on an SQLite file. Clients vote and watch, while
servers and connections are killed, stopped and cut as the seed says. In the end it checks every vote and every stream
against what is promised.

  --seed N         repeats a schedule; by default a new one is drawn, and printed
  --seconds N      for how long faults are injected (60)
  --streams N      how many streams are open (24)
  --voters N       how many clients vote at the same time (24)
  --without-redis  the nodes have PostgreSQL only
  --workers N      instead of the nodes, one pool of N workers on an SQLite file (Linux)
  --help           this text

It starts PostgreSQL and Redis from the installed programs. TEST_POSTGRES_URL and TEST_REDIS_URL name running ones, which
are used and not restarted.

Exits with 1 if a promise was broken, and prints the command that repeats the run: the same faults at the same times. As
the speed of the machine differs, a failure may take more than one attempt to come again.`

const given = {
  seed: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  streams: { type: 'string', default: '24' },
  voters: { type: 'string', default: '24' },
  'without-redis': { type: 'boolean', default: false },
  workers: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

export interface Options {
  seed: number
  seconds: number
  streams: number
  voters: number
  withoutRedis: boolean
  /** More than one: a pool on an SQLite file. One: nodes of one process each. */
  workers: number
  help: boolean
}

const MAX_SEED = 2 ** 32 - 1

/** Reads the command line. Throws a UsageError. */
export function readOptions(args: string[]): Options {
  const { values } = parse({ args, options: given })
  if (values.workers !== undefined && values['without-redis']) {
    throw new UsageError('--without-redis is for nodes on PostgreSQL: a pool of --workers has no Redis.')
  }
  if (values.workers !== undefined && process.platform !== 'linux') {
    throw new UsageError('--workers needs Linux: the workers are found in /proc.')
  }
  return {
    seed: values.seed === undefined ? randomInt(MAX_SEED) : wholeNumber('seed', values.seed, 0, MAX_SEED),
    seconds: wholeNumber('seconds', values.seconds, 1, 21_600),
    streams: wholeNumber('streams', values.streams, 1, 1000),
    voters: wholeNumber('voters', values.voters, 1, 1000),
    withoutRedis: values['without-redis'],
    workers: values.workers === undefined ? 1 : wholeNumber('workers', values.workers, 2, 16),
    help: values.help,
  }
}

/** The command that repeats this run. */
export function repeating({ seed, seconds, streams, voters, withoutRedis, workers }: Options): string {
  const backend = workers > 1 ? ` --workers ${workers}` : withoutRedis ? ' --without-redis' : ''
  return `npm run stress -- --seed ${seed} --seconds ${seconds} --streams ${streams} --voters ${voters}${backend}`
}
