import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parse, UsageError, wholeNumber } from '../processes/command-line.ts'
import { attacks } from './attacks.ts'
import type { Attack } from './support/attack-context.ts'

const width = Math.max(...attacks.map(({ name }) => name.length))

export const HELP = `npm run attack -- [ATTACK …] [options]

Starts the built server on a new database, attacks it as anyone on the network could, and measures how other clients are
served meanwhile. Without an ATTACK all of them run, one after another, in about seven minutes:

${attacks.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join('\n')}

  --seed N       repeat a run with this seed; without it one is drawn, and printed
  --server FILE  another server's main file (apps/api/dist/main.js)
  --help         show this help

Needs Linux: it reads CPU and memory from /proc, and uses several addresses of 127.0.0.0/8. Nothing is sent to another
machine. Waits of other clients are given without the time in which other processes used the server's CPU. Exits with 1 if
a promise was broken.`

const given = {
  seed: { type: 'string' },
  server: { type: 'string', default: fileURLToPath(new URL('../../api/dist/main.js', import.meta.url)) },
  help: { type: 'boolean', default: false },
} as const

export interface Options {
  chosen: readonly Attack[]
  seed: number
  /** The server's main file. */
  main: string
  help: boolean
}

const HIGHEST_SEED = 2 ** 32 - 1

/** Reads the command line. Throws a UsageError. */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parse({ args, options: given, allowPositionals: true })
  const unknown = positionals.find((name) => !attacks.some((attack) => attack.name === name))
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is not one of the attacks.`)
  return {
    chosen: positionals.length === 0 ? attacks : attacks.filter(({ name }) => positionals.includes(name)),
    seed: values.seed === undefined ? randomInt(HIGHEST_SEED) : wholeNumber('seed', values.seed, 0, HIGHEST_SEED),
    main: values.server,
    help: values.help,
  }
}
