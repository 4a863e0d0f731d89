import { readFileSync } from 'node:fs'

const USAGE = `Pollcast, a server for live polls.

Usage: npm start, or npm run serve if it is already built

Environment variables:

  PORT             the port to listen on (3000)
  HOST             the address to listen on (all interfaces)
  DATABASE_URL     sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE (sqlite:data/pollcast.sqlite)
  REDIS_URL        redis://HOST:PORT: carries pubsub and a message cache between processes (none)
  WORKERS          number of processes behind the port, or auto: one for each core (1)
  RATE_LIMIT       on or off (on)
  LOG_LEVEL        debug, info, warn, error or silent (info)
  ALLOWED_ORIGINS  other origins whose pages may use the API, separated by commas (none)
  PUBLIC_URL       the URL that people open, if a proxy changes Host or the scheme (none)
  TRUST_PROXY      number of proxies in a row, or their addresses and networks, separated by commas (off)

Options:

  -h, --help       show this help
  -v, --version    show the version

docs/settings.md explains each setting.`

/** What the command line asks for. Without arguments the server starts. */
export type Command = { start: true } | { say: string } | { refuse: string }

/** @param args the arguments after the program's name */
export function readCommandLine(args: readonly string[]): Command {
  const [first, ...more] = args
  if (first === undefined) return { start: true }
  if (more.length === 0 && (first === '--help' || first === '-h')) return { say: USAGE }
  if (more.length === 0 && (first === '--version' || first === '-v')) return { say: version() }
  const unknown = /^--?(h|help|v|version)$/.test(first) ? more[0] : first
  const hint =
    /^-?-?\w+=/.test(unknown ?? '') || /^\d+$/.test(unknown ?? '') ? ' Settings are environment variables.' : ''
  return { refuse: `"${unknown}" is not an option of Pollcast.${hint} --help lists the options and settings.` }
}

/** Of the package, such as 0.1.0. */
export function version(): string {
  // The path is the same from src/ and from dist/.
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
