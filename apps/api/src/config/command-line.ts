import { type ParseArgsConfig, parseArgs } from 'node:util'
import { roomCodeSchema } from '@pollcast/shared/poll'
import { enteredCode, pageLinkIn } from '@pollcast/shared/room-code'
import { version } from '../lib/version.ts'
import { eachVariable } from './environment.ts'

const USAGE = `Pollcast, a server for live polls.

Usage: pollcast [COMMAND], or in a clone npm run serve -- [COMMAND]

Without a command it serves, as the environment variables below say.

For a Pollcast that runs:

  create QUESTION CHOICE CHOICE …
                   makes a poll, and prints its code and links
  watch CODE       shows what is on in a room as a chart, live. Takes a room's link, too
  --url URL        with create and watch: where it is (http://localhost:3000)
  doctor URL       opens it from outside, as browsers do, and says what is in the way
  --quick          with doctor: skips what takes half a minute, whether streams stay open while they are silent
  --poll ID        with doctor: the poll whose stream is opened (the newest that is listed)

For the database that DATABASE_URL names:

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
  ADMIN_KEY        what opens the page of who runs the server, /admin (none: there is no such page)
  MAX_ROOMS        how many rooms there may be (any number)
  MAX_POLLS        how many polls a room may have (200)
  RETENTION_DAYS   days after the last activity that a room is kept (0: for ever)
  METRICS_PORT     the port of the metrics for Prometheus (none)
  BACKUP_DIR       the folder for a nightly backup of the SQLite file (none)
  BACKUP_KEEP      how many nightly backups are kept (7)
  WEBHOOK_URL      what is told when a poll closes, a round starts or a room moves (none)
  WEBHOOK_SECRET   what that is signed with: whsec_ and a key in base64 (none)
  WEBHOOK_PRIVATE  whether WEBHOOK_URL may be in a private network: on or off (off)
  THEME_DIR        a folder with colours, a font and a logo for all pages (none: they look as Pollcast)
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

/** A command for the database that DATABASE_URL names. */
interface FileCommand {
  run: 'backup' | 'restore' | 'export' | 'import'
  file: string
  /** Whether a file that is there is replaced. */
  force: boolean
}

/** A command for a Pollcast that runs, here or elsewhere. */
type ClientCommand =
  | { run: 'create'; question: string; choices: string[]; url: string }
  | { run: 'watch'; code: string; url: string }
  | { run: 'doctor'; url: URL; isQuick: boolean; pollId: string | undefined }

export type RunnableCommand = FileCommand | ClientCommand

/** What the command line asks for. Without arguments the server starts. */
export type Command = { start: true } | RunnableCommand | { say: string } | { refuse: string }

/** The command line can't be carried out. The message says why. */
class UsageError extends Error {}

/**
 * @param args the arguments after the program's name
 * @param environment where PORT says which server of this machine is meant
 */
export function readCommandLine(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const [first, ...more] = args
  if (first === undefined) return { start: true }
  if (more.length === 0 && (first === '--help' || first === '-h')) return { say: USAGE }
  if (more.length === 0 && (first === '--version' || first === '-v')) return { say: version() }
  const read = Object.hasOwn(readers, first) ? readers[first as keyof typeof readers] : undefined
  if (!read) return { refuse: unknownOption(first, more) }
  if (more.length === 1 && (more[0] === '--help' || more[0] === '-h')) return { say: USAGE }
  try {
    return read(more, environment)
  } catch (error) {
    if (error instanceof UsageError) return { refuse: `${error.message} --help lists the commands.` }
    throw error
  }
}

function unknownOption(first: string, more: readonly string[]): string {
  const unknown = /^--?(h|help|v|version)$/.test(first) ? more[0] : first
  const hint =
    /^-?-?\w+=/.test(unknown ?? '') || /^\d+$/.test(unknown ?? '') ? ' Settings are environment variables.' : ''
  return `"${unknown}" is not an option of Pollcast.${hint} --help lists the options and settings.`
}

type Reader = (args: readonly string[], environment: NodeJS.ProcessEnv) => RunnableCommand

const readers = {
  backup: (args) => writesFile('backup', args),
  restore: (args) => readsFile('restore', args),
  export: (args) => writesFile('export', args),
  import: (args) => readsFile('import', args),
  create: (args, environment) => {
    const { values, positionals } = parse(args, { url: { type: 'string' } })
    const [question, ...choices] = positionals
    if (question === undefined || choices.length < 2) {
      throw new UsageError('Give a question and two choices or more: pollcast create "Lunch?" Pizza Salad')
    }
    return { run: 'create', question, choices, url: readUrl(values.url, environment) }
  },
  watch: (args, environment) => {
    const { values, positionals } = parse(args, { url: { type: 'string' } })
    const entered = positionals.join(' ')
    const link = pageLinkIn(entered)
    const { success, data: code } = roomCodeSchema.safeParse(link ? link.code : enteredCode(entered))
    if (!success || (link && !isWebAddress(link.server))) {
      throw new UsageError('Give the code of a room, or its link: pollcast watch 472915')
    }
    return { run: 'watch', code, url: readUrl(values.url ?? link?.server, environment) }
  },
  doctor: (args) => {
    const { values, positionals } = parse(args, { quick: { type: 'boolean' }, poll: { type: 'string' } })
    const [address = '', ...others] = positionals
    if (!isWebAddress(address) || others.length > 0) throw new UsageError('Name one address, such as https://my.host.')
    return { run: 'doctor', url: new URL(address), isQuick: values.quick === true, pollId: values.poll }
  },
} satisfies Record<string, Reader>

function writesFile(run: 'backup' | 'export', args: readonly string[]): FileCommand {
  const { values, positionals } = parse(args, { force: { type: 'boolean' } })
  return { run, file: onlyFile(run, positionals), force: values.force === true }
}

function readsFile(run: 'restore' | 'import', args: readonly string[]): FileCommand {
  return { run, file: onlyFile(run, parse(args, {}).positionals), force: false }
}

function onlyFile(run: string, [file, more]: readonly string[]): string {
  if (!file) throw new UsageError(`Name the file: pollcast ${run} FILE.`)
  if (more !== undefined) throw new UsageError(`${run} takes one file, and "${more}" is another one.`)
  return file
}

const isWebAddress = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text)

function readUrl(given: string | undefined, { PORT }: NodeJS.ProcessEnv): string {
  if (given === undefined) {
    const { success, data: port } = eachVariable.shape.PORT.safeParse(PORT || undefined)
    if (!success) throw new UsageError('PORT is no port number. --url names another server than that at PORT.')
    return `http://localhost:${port}`
  }
  if (!isWebAddress(given)) {
    // Before an @ there may be a password.
    const not = given.includes('@') ? '' : `, not "${given}"`
    throw new UsageError(`--url is an address such as https://my.host${not}.`)
  }
  const { username, password } = new URL(given)
  if (username || password) throw new UsageError('--url is an address without a user and password.')
  return given
}

function parse<Options extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // Its first sentence. The next one says how to name a file that begins with a dash.
    throw new UsageError(`${(error as Error).message.replace(/\. .*$/s, '')}.`)
  }
}
