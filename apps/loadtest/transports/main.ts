import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { routes } from '@pollcast/shared/routes'
import { percentiles } from '../bench/percentiles.ts'
import type { Base } from '../bench/target.ts'
import { command, parse, UsageError, wholeNumber } from '../processes/command-line.ts'
import { bindSelf, splitCores } from '../processes/cores.ts'
import { tooManyOpenFiles } from '../processes/open-files.ts'
import { OwnServer } from '../processes/own-server.ts'
import { usageOf } from '../processes/usage.ts'

const HELP = `npm run transports -- [options]

Measures the fan-out of one poll over HTTP/1.1 in the clear, HTTP/1.1 over TLS, and HTTP/2, one after the other, each on a server of
its own: one vote at a time, until every stream has it.

  --streams N   how many streams are open (1000)
  --votes N     how many votes are cast (40)
  --help        this text`

/** Streams that are opened at a time: their TLS handshakes take the server's core. */
const AT_A_TIME = 100
/** Milliseconds until all streams have a vote, or it is given up. */
const REACH_TIMEOUT_MS = 60_000
const TAIL = 2_000

interface Transport {
  name: string
  isSecure: boolean
  /** Opens so many streams on one connection. */
  open(base: Base, path: string, streams: number, onData: (stream: number, text: string) => void): Promise<() => void>
  perConnection: number
}

/** One stream on a connection of its own, over HTTP/1.1. */
const http1 =
  (isSecure: boolean): Transport['open'] =>
  async ({ host, port, authority }, path, _streams, onData) => {
    const socket = isSecure
      ? connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connectTcp(port, host)
    socket.on('error', () => {})
    await once(socket, isSecure ? 'secureConnect' : 'connect')
    socket.setEncoding('latin1').on('data', (text) => onData(0, String(text)))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    return () => socket.destroy()
  }

const http2: Transport['open'] = async ({ host, port }, path, streams, onData) => {
  const session: ClientHttp2Session = connectHttp2(`https://${host}:${port}`, { rejectUnauthorized: false })
  session.on('error', () => {})
  await once(session, 'connect')
  for (let stream = 0; stream < streams; stream += 1) {
    const request = session.request({ ':path': path })
    request.on('error', () => {})
    request.setEncoding('latin1').on('data', (text) => onData(stream, text))
  }
  return () => session.destroy()
}

const transports: Transport[] = [
  { name: 'HTTP/1.1 in the clear', isSecure: false, open: http1(false), perConnection: 1 },
  { name: 'HTTP/1.1 over TLS', isSecure: true, open: http1(true), perConnection: 1 },
  { name: 'HTTP/2, a connection each', isSecure: true, open: http2, perConnection: 1 },
  { name: 'HTTP/2, 100 on a connection', isSecure: true, open: http2, perConnection: 100 },
]

async function main(args: string[]): Promise<void> {
  const { values } = parse({
    args,
    options: {
      streams: { type: 'string', default: '1000' },
      votes: { type: 'string', default: '40' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return console.log(HELP)
  const streams = wholeNumber('streams', values.streams, 1, 20_000)
  const votes = wholeNumber('votes', values.votes, 1, 10_000)
  const problem = tooManyOpenFiles(streams)
  if (problem) throw new UsageError(problem)
  const cores = splitCores()
  if (cores) bindSelf(cores.client)
  // The certificate is the server's own. Votes are sent to nobody else.
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  process.removeAllListeners('warning')
  const folder = mkdtempSync(join(tmpdir(), 'pollcast-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const tls = certificateIn(folder)
  console.log(
    `${streams} streams, ${votes} votes, Node ${process.version}${cores ? '; server on a core of its own' : ''}`,
  )
  for (const transport of transports) console.log(await measure(transport, streams, votes, tls, cores?.server))
}

function certificateIn(folder: string): Record<string, string> {
  const [TLS_CERT, TLS_KEY] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', TLS_KEY]
  const about = ['-days', '2', '-subj', '/CN=pollcast', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...key, '-out', TLS_CERT, ...about], { stdio: 'ignore' })
  return { TLS_CERT, TLS_KEY }
}

async function measure(
  { name, isSecure, open, perConnection }: Transport,
  streams: number,
  votes: number,
  tls: Record<string, string>,
  core: string | undefined,
): Promise<string> {
  const server = await OwnServer.start('pollcast', core, 1, isSecure ? tls : {})
  const closing: (() => void)[] = []
  try {
    const { bases, pids } = server.target
    const base = bases[0] as Base
    const url = `${isSecure ? 'https' : 'http'}://${base.authority}`
    const made = await post(`${url}${routes.polls}`, { question: 'Which?', choices: ['One', 'Two'] })
    const { poll } = made as { poll: { id: string; choices: { id: number }[] } }
    const crowd = new Crowd(streams)
    const before = usageOf(pids)
    for (let first = 0; first < streams; first += AT_A_TIME) {
      const opened: Promise<() => void>[] = []
      const last = Math.min(first + AT_A_TIME, streams)
      for (let at = first; at < last; at += perConnection) {
        const onData = (stream: number, text: string) => crowd.take(at + stream, text)
        opened.push(open(base, routes.stream(poll.id), Math.min(perConnection, last - at), onData))
      }
      closing.push(...(await Promise.all(opened)))
    }
    await crowd.reach(0)
    await pause(1000)
    const idle = usageOf(pids)
    const times: number[] = []
    for (let vote = 1; vote <= votes; vote += 1) {
      const reached = crowd.reach(vote)
      const start = performance.now()
      await post(url + routes.votes(poll.id), { choiceIds: [poll.choices[0]?.id] })
      await reached
      times.push(performance.now() - start)
    }
    const after = usageOf(pids)
    const { p50 = 0, p95 = 0 } = percentiles(times) ?? {}
    const cpu = after && idle && ((after.cpuSeconds - idle.cpuSeconds) * 1e6) / (votes * streams)
    const memory = before && idle && ((idle.memoryMb - before.memoryMb) * 1024) / streams
    const figures = [
      `CPU a delivery ${cpu?.toFixed(1) ?? '–'} µs`,
      `memory a stream ${memory?.toFixed(1) ?? '–'} KB`,
      `all have it after ${p50.toFixed(0)} ms (p95 ${p95.toFixed(0)})`,
    ]
    return `${name.padEnd(28)} ${figures.join(', ')}`
  } finally {
    for (const close of closing) close()
    await server.stop()
  }
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.json()
}

/** All streams, and which of them show how many votes. */
class Crowd {
  readonly #tails: string[]
  readonly #shown: number[]
  #goal = -1
  #lacking = 0
  #reached = () => {}

  constructor(streams: number) {
    this.#tails = Array(streams).fill('')
    this.#shown = Array(streams).fill(-1)
  }

  take(stream: number, text: string): void {
    const tail = (this.#tails[stream] + text).slice(-TAIL)
    this.#tails[stream] = tail
    // The field is whole once a comma has come after it.
    const at = tail.lastIndexOf('"totalVotes":')
    const votes = at < 0 ? Number.NaN : Number.parseInt(tail.slice(at + '"totalVotes":'.length), 10)
    if (!(votes > (this.#shown[stream] ?? -1)) || !tail.includes(',', at + 1)) return
    const lacked = (this.#shown[stream] ?? -1) < this.#goal
    this.#shown[stream] = votes
    if (lacked && votes >= this.#goal) this.#lacking -= 1
    if (this.#lacking === 0) this.#reached()
  }

  /** Resolves when every stream shows so many votes. */
  async reach(votes: number): Promise<void> {
    this.#goal = votes
    this.#lacking = this.#shown.filter((shown) => shown < votes).length
    if (this.#lacking === 0) return
    const timeout = pause(REACH_TIMEOUT_MS, 'late', { ref: false })
    const reached = new Promise<string>((resolve) => {
      this.#reached = () => resolve('reached')
    })
    if ((await Promise.race([timeout, reached])) === 'late') {
      throw new Error(`${this.#lacking} streams lack vote ${votes} after ${REACH_TIMEOUT_MS / 1000} s`)
    }
  }
}

await command(main)
