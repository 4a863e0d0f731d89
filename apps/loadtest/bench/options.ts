import { parse, UsageError, wholeNumber } from '../processes/command-line.ts'
import { isLoopback } from './target.ts'

export const HELP = `npm run bench -- [URL …] [options]

Opens streams on polls of its own, casts votes, and measures. Without a URL it starts the built server on a database in
the temporary folder; with several, streams and votes are spread over them, and all must share their polls. A server
that is named must run with RATE_LIMIT=off, and keeps the polls that are made.

  --streams N      how many streams are open (1000)
  --rate N         votes a second in the storm, or max: as fast as they are acknowledged (500)
  --seconds N      how long the storm lasts, and at most the one-by-one votes before it (5)
  --connections N  how many connections votes come on, one vote at a time on each (8)
  --polls N        how many polls streams and votes are spread over (1)
  --stall N        so many streams read nothing during the storm, with frames of 20 KB (0)
  --compare        also better-sse and bare Node, which keep votes in memory only, on the same core with the same load
  --workers N      also with WORKERS=N, beside one process, where both share all cores with the load
  --pid N          a process of the named server on this machine, to read its memory and CPU; may be repeated
  --json           the results as JSON on standard output
  --yes-i-run-this-server
                   needed for a URL on another machine
  --help           this text

Exits with 1 if a vote was not taken, or a stream did not end on the right count or went back.`

const MAX_STALL_SECONDS = 50

const given = {
  streams: { type: 'string', default: '1000' },
  rate: { type: 'string', default: '500' },
  seconds: { type: 'string', default: '5' },
  connections: { type: 'string', default: '8' },
  polls: { type: 'string', default: '1' },
  stall: { type: 'string', default: '0' },
  compare: { type: 'boolean', default: false },
  workers: { type: 'string', default: '1' },
  pid: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  'yes-i-run-this-server': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

type NumberName = 'streams' | 'rate' | 'seconds' | 'connections' | 'polls' | 'stall' | 'workers'

export interface Options {
  urls: URL[]
  streams: number
  /** Votes a second; infinite for as fast as they are acknowledged. */
  rate: number
  seconds: number
  connections: number
  polls: number
  stall: number
  compare: boolean
  workers: number
  pids: number[]
  json: boolean
  help: boolean
}

/** Reads the command line. Throws a UsageError. */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parse({ args, options: given, allowPositionals: true })
  const number = (name: NumberName, max: number, min = 1) => wholeNumber(name, values[name], min, max)
  const options: Options = {
    urls: positionals.map(baseUrl),
    streams: number('streams', 20_000),
    rate: values.rate === 'max' ? Number.POSITIVE_INFINITY : number('rate', 100_000),
    seconds: number('seconds', 600),
    connections: number('connections', 1000),
    polls: number('polls', 1000),
    stall: number('stall', 20_000, 0),
    compare: values.compare,
    workers: number('workers', 64),
    pids: (values.pid ?? []).map((pid) => wholeNumber('pid', pid, 1, 2 ** 31)),
    json: values.json,
    help: values.help,
  }
  const far = options.urls.find((url) => !isLoopback(url))
  if (far && !values['yes-i-run-this-server']) {
    throw new UsageError(`${far.host} is not this machine. A load test is for servers of your own: \
--yes-i-run-this-server says that it is one.`)
  }
  if (options.pids.length > 0 && options.urls.length === 0) {
    throw new UsageError('--pid is for a server that is named by its URL.')
  }
  if (options.workers > 1 && (options.urls.length > 0 || options.compare)) {
    throw new UsageError('--workers is for a server of its own, without URLs and --compare.')
  }
  if (options.stall > 0 && options.seconds > MAX_STALL_SECONDS) {
    throw new UsageError(`--stall goes with at most --seconds ${MAX_STALL_SECONDS}: the server closes readers that are stuck \
for a minute.`)
  }
  if (options.stall > options.streams) throw new UsageError('--stall can be no more than --streams.')
  // A server that keeps all that a reader did not take would fill the machine's memory.
  if (options.stall > 0 && options.compare) throw new UsageError('--stall and --compare do not go together.')
  return options
}

function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' && url.pathname === '/') return url
  throw new UsageError(`"${text}" is not the address of a server such as http://localhost:3000.`)
}
