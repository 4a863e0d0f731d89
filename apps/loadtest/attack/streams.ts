import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { AttackConnection } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { PeakMemory } from './support/peak-memory.ts'
import { get, JSON_TYPE, request, vote } from './support/requests.ts'

const STREAMS = 50_000
const CONNECTIONS = 4
/** Milliseconds that the server has to handle the requests. */
const TIME_MS = 5000
const MAX_MEMORY_MB = 150
/** Milliseconds in which a connection has to be closed if something is sent after a stream's request. */
const CLOSE_MS = 5000
const OPEN_MS = 3000

/** Pipelined stream requests on one connection, and other requests after a stream's. */
export const streams: Attack = {
  name: 'streams',
  about: 'tens of thousands of streams on one connection, and votes after a stream',
  async run(context) {
    await behindStreams(context)
    await votesBehind(context)
  },
}

async function behindStreams(context: AttackContext): Promise<void> {
  const { verdict } = context
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const bystander = await Bystander.start(server)
  const memory = new PeakMemory(server)
  context.say(`${CONNECTIONS} × ${STREAMS} streams`)
  const paths = [routes.stream(poll.id), routes.streamOf([poll.id])]
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => {
    const bytes = get(server, paths[index % paths.length] ?? '').repeat(STREAMS)
    return new AttackConnection(server).send(bytes)
  })
  await pause(TIME_MS)
  const votes = [vote(server, poll), vote(server, poll)].map((bytes) => new AttackConnection(server).send(bytes))
  await Promise.all(votes.map((connection) => connection.until(() => connection.text.includes('\r\n\r\n'), TIME_MS)))
  await pause(500)
  const grown = memory.stop()
  const count = (event: string) =>
    Math.max(...connections.map(({ text }) => text.split(`event: ${event}\n`).length - 1))
  verdict.atMost('streams that were opened on one connection', count('snapshot'), 1)
  verdict.atMost('times that two votes were written to one connection', count('update'), 2)
  verdict.atMost('memory grows', server.running ? grown : Number.NaN, MAX_MEMORY_MB, 'MB')
  for (const connection of [...connections, ...votes]) connection.leave()
  await bystander.judge(verdict)
  await server.end()
}

async function votesBehind(context: AttackContext): Promise<void> {
  const { verdict } = context
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  context.say('votes after a stream')
  const counted: string[] = []
  const told: string[] = []
  const open: string[] = []
  const behind = async (what: string, opening: (poll: AttackedPoll) => string, later: boolean) => {
    const poll = await server.createPoll()
    const connection = new AttackConnection(server)
    const isOver = () => connection.how !== undefined
    connection.send(later ? opening(poll) : opening(poll) + vote(server, poll))
    await connection.until(() => connection.text.includes('event: snapshot') || isOver(), OPEN_MS)
    if (later) connection.send(vote(server, poll))
    const closed = await connection.until(isOver, CLOSE_MS)
    connection.leave()
    // Without a stream there is nothing to check.
    const [, stream] = connection.text.split('text/event-stream')
    if (stream === undefined) return
    if ((await server.totalVotes(poll)) > 0) counted.push(what)
    if (/\n\r\n.*set-cookie/is.test(stream)) told.push(what)
    if (!closed) open.push(what)
  }
  await Promise.all(
    Object.entries(openings(server)).flatMap(([what, opening]) => [
      behind(`${what}, at once`, opening, false),
      behind(`${what}, later`, opening, true),
    ]),
  )
  verdict.none('votes after a stream that were counted', counted)
  verdict.none('cookies that were set in the middle of a stream', told)
  verdict.none('connections that stay open though something was sent after the stream', open)
  await server.end()
}

function openings(server: AttackedServer): Record<string, (poll: AttackedPoll) => string> {
  const stream = (headers: Record<string, string>) => (poll: AttackedPoll) =>
    get(server, routes.stream(poll.id), headers)
  return {
    'a stream': stream({}),
    'a stream of several': ({ id }) => get(server, routes.streamOf([id])),
    'a stream with a body': (poll) => request(server, 'GET', routes.stream(poll.id), JSON_TYPE, vote(server, poll)),
    'a stream with a chunked body': (poll) => `${stream({ 'Transfer-Encoding': 'chunked' })(poll)}0\r\n\r\n`,
    'a stream that would upgrade': stream({ Connection: 'Upgrade', Upgrade: 'websocket' }),
    'a stream that expects': stream({ Expect: '100-continue' }),
    'a stream after a read': (poll) => get(server, routes.polls) + stream({})(poll),
    'a stream over HTTP/1.0': (poll) => stream({ Connection: 'keep-alive' })(poll).replace('HTTP/1.1', 'HTTP/1.0'),
    'a stream that asks to be closed': stream({ Connection: 'close' }),
    'a HEAD of a stream': ({ id }) => request(server, 'HEAD', routes.stream(id)),
  }
}
