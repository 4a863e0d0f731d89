import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { readAnswers } from './support/answers.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { Connection } from './support/connection.ts'
import { get, JSON_TYPE, postJson, request } from './support/requests.ts'
import type { Attack } from './support/scene.ts'
import type { Verdict } from './support/verdict.ts'

/** Seconds: what each may take, and what a busy machine and a timer that looks now and then add. */
const HEADERS = 10
const BODY = 30
const ANSWER = 60
const MARGIN = 10
/** Milliseconds between two bytes of those that drip. */
const DRIP = 1000
/** Requests behind each other whose answers are more than the kernel keeps for a reader. */
const UNREAD = 3000
/** Bytes that an upload may have sent that nobody wants, with what the kernel takes. */
const MOST_UPLOAD = 8_000_000

/** Clients that take their time with everything, all of them at once. */
export const slow: Attack = {
  name: 'slow',
  about: 'headers and bodies that drip or never come, answers that are not read, uploads that nobody wants (75 s)',
  async run(scene) {
    const { verdict } = scene
    const server = await scene.open({ environment: { RATE_LIMIT: 'off' } })
    const poll = await server.createPoll()
    // What is not read is a lot, and would keep the others from being looked at on a server that stands it badly.
    const unreadServer = await scene.open({ environment: { RATE_LIMIT: 'off' } })
    await fillList(unreadServer)
    const bystander = await Bystander.start(server)
    const seconds = setInterval(() => scene.say('waiting for connections to be closed'), 10_000)
    const taken: string[] = []
    await Promise.all([
      ...Object.entries(slowClients(server, poll)).map(([what, client]) => closes(server, what, client, verdict)),
      ...unread(unreadServer).map(([what, bytes]) => closesUnread(unreadServer, what, bytes, verdict)),
      ...uploads(server, poll).map(async ([what, head]) => taken.push(...(await cutsUpload(server, what, head)))),
    ])
    clearInterval(seconds)
    await bystander.judge(verdict)
    verdict.none(`uploads that nobody wants and that are not cut within ${MOST_UPLOAD / 1e6} MB`, taken)
  },
}

interface SlowClient {
  /** Sent at once. */
  first: string
  /** Sent byte by byte afterwards, again and again. */
  drip?: string
  /** Seconds after which the server has closed the connection. */
  limit: number
}

function slowClients(server: AttackedServer, poll: AttackedPoll): Record<string, SlowClient> {
  const path = routes.votes(poll.id)
  const body = { ...JSON_TYPE, 'Content-Length': '10000' }
  const chunked = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' }
  return {
    'nothing is ever sent': { first: '', limit: ANSWER },
    'one byte is sent': { first: 'G', limit: HEADERS },
    'headers drip': { first: `GET / HTTP/1.1\r\nHost: ${server.authority}\r\n`, drip: 'X-Drip: a\r\n', limit: HEADERS },
    'a first line drips': { first: 'GET /', drip: 'a', limit: HEADERS },
    'empty lines drip': { first: '', drip: '\r\n', limit: HEADERS },
    'headers end before their last line': { first: get(server, '/').slice(0, -2), limit: HEADERS },
    'the headers of a second request drip': {
      first: `${get(server, '/')}GET / HTTP/1.1\r\n`,
      drip: 'X: y\r\n',
      limit: HEADERS,
    },
    'a body drips': { first: request(server, 'POST', path, body), drip: ' ', limit: BODY },
    'a body never comes': { first: request(server, 'POST', path, body), limit: BODY },
    'half of a body comes': { first: `${request(server, 'POST', path, body)}{"choiceIds":[`, limit: BODY },
    'a chunked body drips': { first: request(server, 'POST', path, chunked), drip: '1\r\n \r\n', limit: BODY },
    'a chunk size drips': { first: request(server, 'POST', path, chunked), drip: '0', limit: BODY },
    'trailers drip': {
      first: `${request(server, 'POST', path, chunked)}2\r\n{}\r\n0\r\n`,
      drip: 'X: y\r\n',
      limit: BODY,
    },
    'a body that was asked for never comes': {
      first: request(server, 'POST', path, { ...body, Expect: '100-continue' }),
      limit: BODY,
    },
    'a body for a new poll never comes': { first: request(server, 'POST', routes.polls, body), limit: BODY },
    'a body for a page never comes': { first: request(server, 'GET', '/', body), limit: BODY },
    'a body for nothing drips': { first: request(server, 'POST', '/api/nowhere', body), drip: ' ', limit: BODY },
    'a connection is kept after an answer': { first: get(server, routes.polls), limit: ANSWER },
  }
}

async function closes(server: AttackedServer, what: string, client: SlowClient, verdict: Verdict): Promise<void> {
  const { first, drip, limit } = client
  const start = performance.now()
  const connection = new Connection(server).send(first)
  let at = 0
  const dripping = setInterval(() => {
    if (drip) connection.send(drip[at++ % drip.length] ?? '')
  }, DRIP)
  const closed = await connection.until(() => connection.how !== undefined, (limit + MARGIN) * 1000)
  clearInterval(dripping)
  connection.leave()
  const seconds = closed ? (performance.now() - start) / 1000 : Number.NaN
  verdict.atMost(`closed when ${what}`, seconds, limit + MARGIN, 's')
}

function unread(server: AttackedServer): [what: string, bytes: string][] {
  return [
    ['list', get(server, routes.polls)],
    ['page', get(server, '/')],
    ['file', get(server, '/favicon.svg')],
  ]
}

/** Reads nothing, and after that time all there is: what has been closed meanwhile ends before the last answer. */
async function closesUnread(server: AttackedServer, what: string, bytes: string, verdict: Verdict): Promise<void> {
  const connection = new Connection(server, { keep: false }).pause().send(bytes.repeat(UNREAD))
  await pause((ANSWER + MARGIN) * 1000)
  connection.resume()
  const closed = await connection.until(() => connection.how !== undefined, 2500)
  connection.leave()
  verdict.equal(`closed within ${ANSWER + MARGIN} s when answers are not read (${what})`, closed ? 1 : 0, 1)
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

/** Sends without an end, as fast as it is read: the server must cut it off. */
async function cutsUpload(server: AttackedServer, what: string, head: string): Promise<string[]> {
  const connection = new Connection(server).send(head)
  const piece = Buffer.alloc(64 * 1024, ' ')
  const size = `${piece.length.toString(16)}\r\n`
  const bytes = head.includes('chunked') ? Buffer.concat([Buffer.from(size), piece, Buffer.from('\r\n')]) : piece
  let taken = 0
  const end = performance.now() + (BODY + MARGIN) * 1000
  while (connection.how === undefined && performance.now() < end && taken <= MOST_UPLOAD) {
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

/** The largest polls there can be, so that their list is as large as it can be. */
async function fillList(server: AttackedServer): Promise<void> {
  for (let poll = 0; poll < 20; poll += 1) {
    const body = { question: String(poll).padEnd(200, '票'), choices: ['a', 'b'] }
    const connection = new Connection(server).send(postJson(server, routes.polls, body))
    await connection.until(() => connection.text.includes('\r\n\r\n'), 5000)
    connection.leave()
  }
}
