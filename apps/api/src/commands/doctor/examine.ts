import { routes } from '@pollcast/shared/routes'
import { type Seen, seenSchema } from '@pollcast/shared/seen'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import * as z from 'zod'
import { CommandRefused } from '../command-refused.ts'
import { tolerant } from '../tolerant.ts'
import { type Problem, type ProxyName, proxyOf } from './advice.ts'
import { ask, negotiated, type StreamSeen, watchStream } from './probe.ts'

/** Milliseconds in which a stream has its first byte, unless something holds it back. */
const FIRST_BYTE_MS = 4000
/** Two keepalives, and some more for the way. */
const IDLE_MS = (keepaliveSeconds * 2 + 3) * 1000
const CLOCK_OFF_MS = 2000

/** One thing that was looked at. */
export interface Finding {
  what: string
  seen: string
  problem?: Problem | undefined
}

export interface Examined {
  proxy: ProxyName | undefined
  findings: Finding[]
}

/**
 * Opens a running Pollcast as a browser would, and says what is between. @param pollId one to open the stream of; by default
 * the newest in the list
 */
export async function examine(url: URL, isQuick: boolean, pollId?: string): Promise<Examined> {
  const asked = Date.now()
  const { status, headers, body } = await ask(addressOf(routes.seen, url)).catch((error: Error) => {
    throw new CommandRefused(
      `There is no answer from ${url.origin}: ${error.message || (error as NodeJS.ErrnoException).code}`,
    )
  })
  const received = Date.now()
  const answer = tolerant(seenSchema).safeParse(readJson(body))
  if (status !== 200 || !answer.success) {
    throw new CommandRefused(
      `${url.origin} answers ${status} to ${basePathOf(url)}${routes.seen}, and not as a Pollcast of this version does.`,
    )
  }
  const proxy = proxyOf(headers)
  const stream = addressOf(routes.stream(pollId ?? (await newestPoll(url))), url)
  const first = await watchStream(stream, FIRST_BYTE_MS, true)
  const findings = [
    ...requestFindings(url, answer.data, proxy),
    clock(answer.data, asked, received),
    await protocol(url),
    ...streamFindings(first),
  ]
  if (!isQuick && first.firstByteMs !== undefined) findings.push(idle(await watchStream(stream, IDLE_MS)))
  return { proxy, findings }
}

/** The path under which Pollcast is looked for. */
const basePathOf = (url: URL): string => url.pathname.replace(/\/+$/, '')

const addressOf = (path: string, url: URL): URL => new URL(basePathOf(url) + path, url)

async function newestPoll(url: URL): Promise<string> {
  const { body } = await ask(addressOf(`${routes.polls}?limit=1`, url))
  const found = z.object({ polls: z.array(z.object({ id: z.string() })) }).safeParse(readJson(body))
  const [poll] = found.data?.polls ?? []
  if (!poll) throw new CommandRefused('No poll is listed there. Name one to open: --poll ID, the end of its address.')
  return poll.id
}

function requestFindings(url: URL, seen: Seen, proxy: ProxyName | undefined): Finding[] {
  const scheme = url.protocol.slice(0, -1)
  const findings: Finding[] = [
    { what: 'host', seen: seen.host, problem: seen.host === url.host ? undefined : 'wrong-host' },
    { what: 'scheme', seen: seen.scheme, problem: seen.scheme === scheme ? undefined : 'wrong-scheme' },
    pathFinding(url, seen),
    {
      what: 'HTTP to Pollcast',
      seen: seen.httpVersion,
      problem: seen.httpVersion === '1.0' ? 'http-1.0' : undefined,
    },
  ]
  if (seen.forwardedFor) {
    const seenAs = seen.trusted ? 'passed on and believed' : 'passed on, and not believed'
    findings.push({ what: 'client address', seen: seenAs, problem: seen.trusted ? undefined : 'not-trusted' })
  } else if (proxy !== undefined) {
    findings.push({ what: 'client address', seen: 'not passed on', problem: 'no-forwarded-for' })
  }
  return findings
}

function pathFinding(url: URL, { path, basePath }: Seen): Finding {
  const what = 'path'
  if (basePathOf(url) !== basePath) {
    return { what, seen: basePath ? `Pollcast is at ${basePath}` : 'Pollcast is at the root', problem: 'wrong-path' }
  }
  if (path !== basePath + routes.seen) return { what, seen: `${basePath} is taken off`, problem: 'path-taken-off' }
  return { what, seen: basePath || '/' }
}

function clock({ now }: Seen, asked: number, received: number): Finding {
  const off = Date.parse(now) - (asked + received) / 2
  const isOff = Math.abs(off) > CLOCK_OFF_MS + (received - asked) / 2
  const seen = `${(off / 1000).toFixed(1)} s from this machine's`
  return { what: 'server clock', seen, problem: isOff ? 'clock-off' : undefined }
}

async function protocol(url: URL): Promise<Finding> {
  if (url.protocol === 'http:') return { what: 'HTTP to browsers', seen: '1.1, in the clear', problem: 'no-http2' }
  const name = await negotiated(url)
  return { what: 'HTTP to browsers', seen: name, problem: name === 'h2' ? undefined : 'no-http2' }
}

function streamFindings({ headers, status, firstByteMs }: StreamSeen): Finding[] {
  if (headers && status !== 200) throw new CommandRefused(`The stream is answered with ${status}.`)
  const within = `${FIRST_BYTE_MS / 1000} s`
  const first: Finding =
    firstByteMs === undefined
      ? { what: 'first event', seen: `not within ${within}`, problem: 'buffered' }
      : { what: 'first event', seen: `after ${Math.round(firstByteMs)} ms` }
  if (!headers) return [first]
  const encoding = headers['content-encoding']
  const type = headers['content-type'] ?? ''
  const control = headers['cache-control'] ?? ''
  const isKept = type.startsWith('text/event-stream') && control.includes('no-cache')
  return [
    first,
    {
      what: 'compression',
      seen: encoding ?? 'none',
      problem: encoding === undefined || encoding === 'identity' ? undefined : 'compressed',
    },
    {
      what: 'stream headers',
      seen: `Content-Type: ${type || 'none'}, Cache-Control: ${control || 'none'}`,
      problem: isKept ? undefined : 'headers-changed',
    },
  ]
}

function idle({ closedMs }: StreamSeen): Finding {
  return closedMs === undefined
    ? { what: 'silence', seen: `open after ${IDLE_MS / 1000} s` }
    : { what: 'silence', seen: `cut after ${(closedMs / 1000).toFixed(0)} s`, problem: 'cut-early' }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
