import { readFileSync } from 'node:fs'

const USAGE = `Pollcast, a server for live polls.

Usage: npm start, or npm run serve for what is built already

It is set by environment variables:

  PORT             the port to listen on (3000)
  HOST             the address to listen on (all interfaces)
  DATABASE_URL     sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE (sqlite:data/pollcast.sqlite)
  REDIS_URL        redis://HOST:PORT: carries pubsub and a message cache between processes (none)
  WORKERS          processes behind the one port, or auto: one for each core (1)
  RATE_LIMIT       on or off (on)
  LOG_LEVEL        debug, info, warn, error or silent (info)
  ALLOWED_ORIGINS  other origins whose pages may use the API, with a comma between them (none)
  PUBLIC_URL       the address that people open, where a proxy changes Host or the scheme (none)
  TRUST_PROXY      a number of proxies in a row, or their addresses and networks with a comma between them (off)

Options:

  -h, --help       shows this
  -v, --version    shows the version

docs/settings.md says more about each.`

/** What a command line asks for. Without arguments the server is started. */
export type Command = { start: true } | { say: string } | { refuse: string }

/** @param args those after the program's name */
export function readCommandLine(args: readonly string[]): Command {
  const [first, ...more] = args
  if (first === undefined) return { start: true }
  if (more.length === 0 && (first === '--help' || first === '-h')) return { say: USAGE }
  if (more.length === 0 && (first === '--version' || first === '-v')) return { say: version() }
  const wrong = /^--?(h|help|v|version)$/.test(first) ? more[0] : first
  const hint = /^-?-?\w+=/.test(wrong ?? '') || /^\d+$/.test(wrong ?? '') ? ' Settings are environment variables.' : ''
  return { refuse: `"${wrong}" is not an option of Pollcast.${hint} --help lists what there is.` }
}

function version(): string {
  // The same place seen from src/ and from dist/.
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}
