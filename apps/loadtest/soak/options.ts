import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parse, UsageError, wholeNumber } from '../processes/command-line.ts'

export const HELP = `npm run soak -- [options]

Starts the built server on a new SQLite file, with its limits on, and uses it for long: rooms are made, voted on, moved,
hidden, revealed, exported and deleted, streams come and go, and strangers send what they should not. There are always as
many rooms: memory, open files and files have to stay as large as they are. Every vote that was acknowledged has to be
there when its room is deleted.

  --minutes N    how long (60); growth is judged from 10 on
  --rate N       requests a second, about (80)
  --seed N       the seed of what is sent; without it one is drawn, and printed
  --server FILE  another server's main file (apps/api/dist/main.js)
  --help         show this help

Needs Linux: it reads memory and open files from /proc. Exits with 1 if something grew, or a promise was broken.`

const given = {
  minutes: { type: 'string', default: '60' },
  rate: { type: 'string', default: '80' },
  seed: { type: 'string' },
  server: { type: 'string', default: fileURLToPath(new URL('../../api/dist/main.js', import.meta.url)) },
  help: { type: 'boolean', default: false },
} as const

export interface Options {
  minutes: number
  rate: number
  seed: number
  /** The server's main file. */
  main: string
  help: boolean
}

const HIGHEST_SEED = 2 ** 32 - 1

/** Reads the command line. Throws a UsageError. */
export function readOptions(args: string[]): Options {
  const { values } = parse({ args, options: given })
  const minutes = Number(values.minutes)
  if (!/^\d+(\.\d+)?$/.test(values.minutes) || minutes === 0 || minutes > 10_000) {
    throw new UsageError(`--minutes is a number up to 10000, such as 60 or 0.5, not "${values.minutes}".`)
  }
  return {
    minutes,
    rate: wholeNumber('rate', values.rate, 1, 1000),
    seed: values.seed === undefined ? randomInt(HIGHEST_SEED) : wholeNumber('seed', values.seed, 0, HIGHEST_SEED),
    main: values.server,
    help: values.help,
  }
}
