import { version } from '../lib/version.ts'

const USAGE = `Pollcast, a server for live polls.

Usage: npm start, or npm run serve if it is already built

Commands, each as npm run NAME -- FILE:

  backup FILE      writes the database to FILE, also while Pollcast runs
  restore FILE     makes a backup the database; the old one is kept. Stop Pollcast first
  export FILE      writes everything to FILE as JSON lines, also while Pollcast runs
  import FILE      fills a new database, of either engine, from an export
  --force          with backup and export: replaces FILE if it is there

Environment variables:

  PORT             the port to listen on (3000)
  HOST             the address to listen on (all interfaces)
  DATABASE_URL     sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE (sqlite:data/pollcast.sqlite)
  REDIS_URL        redis://HOST:PORT: carries pubsub and a message cache between processes (none)
  WORKERS          number of processes behind the port, or auto: one for each core (1)
  RATE_LIMIT       on or off (on)
  CREATE_POLLS     who may make rooms with polls: anyone, key or nobody (anyone)
  CREATE_KEY       what those have to enter who may, if CREATE_POLLS is key (none)
  MAX_ROOMS        how many rooms there may be (any number)
  MAX_POLLS        how many polls a room may have (200)
  RETENTION_DAYS   days after the last activity that a room is kept (0: for ever)
  METRICS_PORT     the port of the metrics for Prometheus (none)
  BACKUP_DIR       the folder for a nightly backup of the SQLite file (none)
  BACKUP_KEEP      how many nightly backups are kept (7)
  LOG_LEVEL        debug, info, warn, error or silent (info)
  ALLOWED_ORIGINS  other origins whose pages may use the API, separated by commas (none)
  PUBLIC_URL       the URL that people open, with its path if it has one, or if a proxy changes Host or the scheme (none)
  TLS_CERT         a PEM file with the certificate and its chain: with TLS_KEY, serves HTTP/2 and https (none)
  TLS_KEY          a PEM file with the certificate's private key (none)
  TRUST_PROXY      number of proxies in a row, or their addresses and networks, separated by commas (off)

Options:

  -h, --help       show this help
  -v, --version    show the version

docs/settings.md explains each setting.`

const commands = ['backup', 'restore', 'export', 'import'] as const

export interface FileCommand {
  run: (typeof commands)[number]
  file: string
  /** Whether a file that is there is replaced. */
  force: boolean
}

/** What the command line asks for. Without arguments the server starts. */
export type Command = { start: true } | FileCommand | { say: string } | { refuse: string }

/** @param args the arguments after the program's name */
export function readCommandLine(args: readonly string[]): Command {
  const [first, ...more] = args
  if (first === undefined) return { start: true }
  if (more.length === 0 && (first === '--help' || first === '-h')) return { say: USAGE }
  if (more.length === 0 && (first === '--version' || first === '-v')) return { say: version() }
  const run = commands.find((name) => name === first)
  if (run) return fileCommand(run, more)
  const unknown = /^--?(h|help|v|version)$/.test(first) ? more[0] : first
  const hint =
    /^-?-?\w+=/.test(unknown ?? '') || /^\d+$/.test(unknown ?? '') ? ' Settings are environment variables.' : ''
  return { refuse: `"${unknown}" is not an option of Pollcast.${hint} --help lists the options and settings.` }
}

function fileCommand(run: FileCommand['run'], args: readonly string[]): Command {
  const writes = run === 'backup' || run === 'export'
  const files = args.filter((arg) => !arg.startsWith('-'))
  const unknown = args.find((arg) => arg.startsWith('-') && !(writes && arg === '--force'))
  if (unknown !== undefined) return { refuse: `"${unknown}" is not an option of ${run}. --help lists the options.` }
  const [file, more] = files
  if (!file) return { refuse: `Name the file: npm run ${run} -- FILE` }
  if (more !== undefined) return { refuse: `${run} takes one file, and "${more}" is another one.` }
  return { run, file, force: args.includes('--force') }
}
