import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { readAnswers } from './support/answers.ts'
import { AttackConnection } from './support/attack-connection.ts'
import type { Attack } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { get, JSON_TYPE, postJson, request } from './support/requests.ts'
import type { Verdict } from './support/verdict.ts'

/** Timeouts of the server in seconds, and a margin for a busy machine and for the interval of its checks. */
const HEAD_SECONDS = 10
const BODY_SECONDS = 30
const ANSWER_SECONDS = 60
const IDLE_SECONDS = 75
const MARGIN_SECONDS = 10
/** Milliseconds between two bytes of a client that sends byte by byte. */
const DRIP_MS = 1000
/** Pipelined requests whose answers are more than the kernel buffers. */
const UNREAD = 3000
/** Bytes that an unwanted upload may have sent, including what the kernel buffers. */
const MAX_UPLOAD_BYTES = 8_000_000

/** Clients that are slow in every way, all at once. */
export const slow: Attack = {
  name: 'slow',
  about: 'headers and bodies that drip or never come, answers that are not read, unwanted uploads (85 s)',
  async run(context) {
    const { verdict } = context
    const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
    const poll = await server.createPoll()
    // Unread answers take a lot of memory. On another server they can't disturb the other clients.
    const unreadServer = await context.open({ environment: { RATE_LIMIT: 'off' } })
    await fillList(unreadServer)
    const bystander = await Bystander.start(server)
    const seconds = setInterval(() => context.say('waiting for connections to be closed'), 10_000)
    const taken: string[] = []
    await Promise.all([
      ...Object.entries(slowClients(server, poll)).map(([what, client]) => closes(server, what, client, verdict)),
      ...unread(unreadServer).map(([what, bytes]) => closesUnread(unreadServer, what, bytes, verdict)),
      ...uploads(server, poll).map(async ([what, head]) => taken.push(...(await cutsUpload(server, what, head)))),
    ])
    clearInterval(seconds)
    await bystander.judge(verdict)
    verdict.none(`unwanted uploads that are not cut off within ${MAX_UPLOAD_BYTES / 1e6} MB`, taken)
  },
}

interface SlowClient {
  /** Sent at once. */
  first: string
  /** Sent byte by byte afterwards, repeatedly. */
  drip?: string
  /** Seconds after which the server has to close the connection. */
  limit: number
}

function slowClients(server: AttackedServer, poll: AttackedPoll): Record<string, SlowClient> {
  const path = routes.votes(poll.id)
  const body = { ...JSON_TYPE, 'Content-Length': '10000' }
  const chunked = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' }
  return {
    'nothing is ever sent': { first: '', limit: ANSWER_SECONDS },
    'one byte is sent': { first: 'G', limit: HEAD_SECONDS },
    'headers drip': {
      first: `GET / HTTP/1.1\r\nHost: ${server.authority}\r\n`,
      drip: 'X-Drip: a\r\n',
      limit: HEAD_SECONDS,
    },
    'a first line drips': { first: 'GET /', drip: 'a', limit: HEAD_SECONDS },
    'empty lines drip': { first: '', drip: '\r\n', limit: HEAD_SECONDS },
    'headers end before their last line': { first: get(server, '/').slice(0, -2), limit: HEAD_SECONDS },
    'the headers of a second request drip': {
      first: `${get(server, '/')}GET / HTTP/1.1\r\n`,
      drip: 'X: y\r\n',
      limit: HEAD_SECONDS,
    },
    'a body drips': { first: request(server, 'POST', path, body), drip: ' ', limit: BODY_SECONDS },
    'a body never comes': { first: request(server, 'POST', path, body), limit: BODY_SECONDS },
    'half of a body comes': { first: `${request(server, 'POST', path, body)}{"choiceIds":[`, limit: BODY_SECONDS },
    'a chunked body drips': { first: request(server, 'POST', path, chunked), drip: '1\r\n \r\n', limit: BODY_SECONDS },
    'a chunk size drips': { first: request(server, 'POST', path, chunked), drip: '0', limit: BODY_SECONDS },
    'trailers drip': {
      first: `${request(server, 'POST', path, chunked)}2\r\n{}\r\n0\r\n`,
      drip: 'X: y\r\n',
      limit: BODY_SECONDS,
    },
    'a body that was asked for never comes': {
      first: request(server, 'POST', path, { ...body, Expect: '100-continue' }),
      limit: BODY_SECONDS,
    },
    'a body for a new poll never comes': { first: request(server, 'POST', routes.polls, body), limit: BODY_SECONDS },
    'a body for a page never comes': { first: request(server, 'GET', '/', body), limit: BODY_SECONDS },
    'a body for nothing drips': {
      first: request(server, 'POST', '/api/nowhere', body),
      drip: ' ',
      limit: BODY_SECONDS,
    },
    'a connection is kept after an answer': { first: get(server, routes.polls), limit: IDLE_SECONDS },
  }
}

async function closes(server: AttackedServer, what: string, client: SlowClient, verdict: Verdict): Promise<void> {
  const { first, drip, limit } = client
  const start = performance.now()
  const connection = new AttackConnection(server).send(first)
  let at = 0
  const dripping = setInterval(() => {
    if (drip) connection.send(drip[at++ % drip.length] ?? '')
  }, DRIP_MS)
  const closed = await connection.until(() => connection.how !== undefined, (limit + MARGIN_SECONDS) * 1000)
  clearInterval(dripping)
  connection.leave()
  const seconds = closed ? (performance.now() - start) / 1000 : Number.NaN
  verdict.atMost(`closed when ${what}`, seconds, limit + MARGIN_SECONDS, 's')
}

function unread(server: AttackedServer): [what: string, bytes: string][] {
  return [
    ['list', get(server, routes.polls)],
    ['page', get(server, '/')],
    ['file', get(server, '/favicon.svg')],
  ]
}

/** Reads nothing for that time, and then everything: a connection that was closed meanwhile ends before the last answer. */
async function closesUnread(server: AttackedServer, what: string, bytes: string, verdict: Verdict): Promise<void> {
  const connection = new AttackConnection(server, { keep: false }).pause().send(bytes.repeat(UNREAD))
  await pause((ANSWER_SECONDS + MARGIN_SECONDS) * 1000)
  connection.resume()
  const closed = await connection.until(() => connection.how !== undefined, 2500)
  connection.leave()
  verdict.equal(
    `closed within ${ANSWER_SECONDS + MARGIN_SECONDS} s when answers are not read (${what})`,
    closed ? 1 : 0,
    1,
  )
}

function uploads(server: AttackedServer, poll: AttackedPoll): [what: string, head: string][] {
  const huge = { 'Content-Length': '4000000000' }
  return [
    ['GET of a list', request(server, 'GET', routes.polls, huge)],
    ['GET of a poll', request(server, 'GET', routes.poll(poll.id), huge)],
    ['GET of a page', request(server, 'GET', '/', huge)],
    ['GET of a file', request(server, 'GET', '/favicon.svg', huge)],
    ['GET of a stream', request(server, 'GET', routes.stream(poll.id), huge)],
    ['GET of nothing', request(server, 'GET', '/api/nowhere', huge)],
    ['HEAD', request(server, 'HEAD', routes.polls, huge)],
    ['OPTIONS', request(server, 'OPTIONS', routes.polls, huge)],
    ['DELETE', request(server, 'DELETE', routes.poll(poll.id), huge)],
    ['POST to nothing', request(server, 'POST', '/api/nowhere', huge)],
    ['POST to a stream', request(server, 'POST', routes.stream(poll.id), huge)],
    ['vote', request(server, 'POST', routes.votes(poll.id), { ...JSON_TYPE, ...huge })],
    ['vote of another type', request(server, 'POST', routes.votes(poll.id), { 'Content-Type': 'image/png', ...huge })],
    ['chunked new poll', request(server, 'POST', routes.polls, { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' })],
  ]
}

/** Sends without end, as fast as the server reads: it has to close the connection. */
async function cutsUpload(server: AttackedServer, what: string, head: string): Promise<string[]> {
  const connection = new AttackConnection(server).send(head)
  const piece = Buffer.alloc(64 * 1024, ' ')
  const size = `${piece.length.toString(16)}\r\n`
  const bytes = head.includes('chunked') ? Buffer.concat([Buffer.from(size), piece, Buffer.from('\r\n')]) : piece
  let taken = 0
  const end = performance.now() + (BODY_SECONDS + MARGIN_SECONDS) * 1000
  while (connection.how === undefined && performance.now() < end && taken <= MAX_UPLOAD_BYTES) {
    if (connection.unsent < bytes.length) {
      connection.send(bytes)
      taken += bytes.length
    }
    await pause(1)
  }
  const { status } = readAnswers(connection.text).answers[0] ?? {}
  const isOpen = connection.how === undefined
  connection.leave()
  return isOpen ? [`${what}: ${Math.round(taken / 1e6)} MB and still open (answer: ${status ?? 'none'})`] : []
}

/** Creates polls of the largest size, so that their list is as large as possible. */
async function fillList(server: AttackedServer): Promise<void> {
  for (let poll = 0; poll < 20; poll += 1) {
    const body = { question: String(poll).padEnd(200, '票'), choices: ['a', 'b'], listed: true }
    const connection = new AttackConnection(server).send(postJson(server, routes.polls, body))
    await connection.until(() => connection.text.includes('\r\n\r\n'), 5000)
    connection.leave()
  }
}
