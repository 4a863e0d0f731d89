import { routes } from '@pollcast/shared/routes'
import { type Seen, seenSchema } from '@pollcast/shared/seen'
import { keepaliveSeconds } from '@pollcast/shared/stream'
import * as z from 'zod'
import { CommandRefused } from '../command-refused.ts'
import { tolerant } from '../tolerant.ts'
import { type Problem, type ProxyName, proxyOf } from './advice.ts'
import { type Answer, ask, negotiated, type StreamSeen, watchStream } from './probe.ts'

/** Milliseconds in which a stream has its first event, unless something holds it back. */
const FIRST_EVENT_MS = 4000
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
  const { status, headers, body } = await answerOf(addressOf(routes.seen, url))
  const received = Date.now()
  const answer = tolerant(seenSchema).safeParse(readJson(body))
  if (status >= 300 && status < 400 && headers.location) {
    throw new CommandRefused(
      `${url.origin} redirects ${basePathOf(url)}${routes.seen} to ${headers.location}. Name the address that people end at.`,
    )
  }
  if (status !== 200 || !answer.success) {
    throw new CommandRefused(
      `${url.origin} answers ${status} to ${basePathOf(url)}${routes.seen}, and not as a Pollcast of this version does.`,
    )
  }
  const proxy = proxyOf(headers)
  const stream = addressOf(routes.stream(pollId ?? (await newestPoll(url))), url)
  const first = await watchStream(stream, FIRST_EVENT_MS, true)
  const findings = [
    ...requestFindings(url, answer.data, proxy),
    clock(answer.data, asked, received),
    await protocol(url),
    ...streamFindings(first),
  ]
  if (!isQuick && first.firstEventMs !== undefined) findings.push(idle(await watchStream(stream, IDLE_MS)))
  return { proxy, findings }
}

/** The path under which Pollcast is looked for. */
const basePathOf = (url: URL): string => url.pathname.replace(/\/+$/, '')

const addressOf = (path: string, url: URL): URL => new URL(basePathOf(url) + path, url)

/** Rejects with what to say where there is no answer. */
function answerOf(url: URL): Promise<Answer> {
  return ask(url).catch(({ code, message }: NodeJS.ErrnoException) => {
    const reason = code === 'EPROTO' ? `it does not speak TLS. Is it http://${url.host}?` : message || code
    throw new CommandRefused(`There is no answer from ${url.origin}: ${reason}`)
  })
}

async function newestPoll(url: URL): Promise<string> {
  const { body } = await answerOf(addressOf(`${routes.polls}?limit=1`, url))
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

function streamFindings({ headers, status, firstEventMs }: StreamSeen): Finding[] {
  if (headers && status !== 200) throw new CommandRefused(`The stream is answered with ${status}.`)
  const type = headers?.['content-type'] ?? ''
  if (headers && !type.startsWith('text/event-stream')) {
    throw new CommandRefused(
      `The stream is answered with ${type || 'no type'}: something answers in place of Pollcast.`,
    )
  }
  const within = `${FIRST_EVENT_MS / 1000} s`
  const first: Finding =
    firstEventMs === undefined
      ? { what: 'first event', seen: `not within ${within}`, problem: 'buffered' }
      : { what: 'first event', seen: `after ${Math.round(firstEventMs)} ms` }
  if (!headers) return [first]
  const encoding = headers['content-encoding']
  const control = headers['cache-control'] ?? ''
  return [
    first,
    {
      what: 'compression',
      seen: encoding ?? 'none',
      problem: encoding === undefined || encoding === 'identity' ? undefined : 'compressed',
    },
    {
      what: 'stream headers',
      seen: `Content-Type: ${type}, Cache-Control: ${control || 'none'}`,
      problem: control.includes('no-cache') ? undefined : 'headers-changed',
    },
  ]
}

function idle({ closedMs, hasMore }: StreamSeen): Finding {
  const what = 'silence'
  if (closedMs !== undefined) return { what, seen: `cut after ${(closedMs / 1000).toFixed(0)} s`, problem: 'cut-early' }
  const within = `${IDLE_MS / 1000} s`
  // Pollcast has sent two comments by then.
  if (!hasMore) return { what, seen: `nothing after the first event for ${within}`, problem: 'buffered' }
  return { what, seen: `open after ${within}` }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
