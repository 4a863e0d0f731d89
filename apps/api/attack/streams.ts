import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { Bystander } from './support/bystander.ts'
import { Connection } from './support/connection.ts'
import { PeakMemory } from './support/peak-memory.ts'
import { get, JSON_TYPE, request, vote } from './support/requests.ts'
import type { Attack, Scene } from './support/scene.ts'

const STREAMS = 50_000
const CONNECTIONS = 4
/** Milliseconds that the requests have to be acted on. */
const TIME = 5000
const MOST_MEMORY = 150
/** Milliseconds in which a connection on which something comes behind a stream is closed. */
const CLOSED = 5000

/** Stream requests behind each other on one connection, and other requests behind a stream. */
export const streams: Attack = {
  name: 'streams',
  about: 'tens of thousands of streams on one connection, and votes behind a stream',
  async run(scene) {
    await behindStreams(scene)
    await votesBehind(scene)
  },
}

async function behindStreams(scene: Scene): Promise<void> {
  const { verdict } = scene
  const server = await scene.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const bystander = await Bystander.start(server)
  const memory = new PeakMemory(server)
  scene.say(`${CONNECTIONS} × ${STREAMS} streams`)
  const paths = [routes.stream(poll.id), routes.streamOf([poll.id])]
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => {
    const bytes = get(server, paths[index % paths.length] ?? '').repeat(STREAMS)
    return new Connection(server).send(bytes)
  })
  await pause(TIME)
  const votes = [vote(server, poll), vote(server, poll)].map((bytes) => new Connection(server).send(bytes))
  await Promise.all(votes.map((connection) => connection.until(() => connection.text.includes('\r\n\r\n'), TIME)))
  await pause(500)
  const grown = memory.stop()
  const most = (event: string) => Math.max(...connections.map(({ text }) => text.split(`event: ${event}\n`).length - 1))
  verdict.atMost('streams that were opened on one connection', most('snapshot'), 1)
  verdict.atMost('times that two votes were written to one connection', most('update'), 2)
  verdict.atMost('memory grows', server.running ? grown : Number.NaN, MOST_MEMORY, 'MB')
  for (const connection of [...connections, ...votes]) connection.leave()
  await bystander.judge(verdict)
  await server.end()
}

async function votesBehind(scene: Scene): Promise<void> {
  const { verdict } = scene
  const server = await scene.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  scene.say('votes behind a stream')
  const path = routes.stream(poll.id)
  const cast = vote(server, poll)
  const openings: Record<string, string> = {
    'a stream': get(server, path),
    'a stream of several': get(server, routes.streamOf([poll.id])),
    'a stream with a body': request(server, 'GET', path, JSON_TYPE, cast),
    'a stream with a chunked body': `${request(server, 'GET', path, { 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`,
    'a stream that would upgrade': get(server, path, { Connection: 'Upgrade', Upgrade: 'websocket' }),
    'a stream that expects': get(server, path, { Expect: '100-continue' }),
    'a stream after a read': get(server, routes.polls) + get(server, path),
    'a stream over HTTP/1.0': get(server, path, { Connection: 'keep-alive' }).replace('HTTP/1.1', 'HTTP/1.0'),
    'a stream that asks to be closed': get(server, path, { Connection: 'close' }),
  }
  const counted: string[] = []
  const told: string[] = []
  const open: string[] = []
  for (const [what, opening] of Object.entries(openings)) {
    for (const [how, later] of [
      ['at once', false],
      ['later', true],
    ] as const) {
      const connection = new Connection(server)
      const before = await server.totalVotes(poll)
      connection.send(later ? opening : opening + cast)
      await connection.until(() => connection.text.includes('event: snapshot') || connection.how !== undefined, 2000)
      if (later) connection.send(cast)
      await connection.until(() => connection.how !== undefined, CLOSED / 5)
      const isStream = connection.text.includes('text/event-stream')
      if (isStream && (await server.totalVotes(poll)) !== before) counted.push(`${what}, ${how}`)
      if (isStream && /set-cookie/i.test(connection.text)) told.push(`${what}, ${how}`)
      const isClosed = await connection.until(() => connection.how !== undefined, CLOSED)
      if (isStream && !isClosed) open.push(`${what}, ${how}`)
      connection.leave()
    }
  }
  verdict.none('votes behind a stream that count', counted)
  verdict.none('cookies that were set in the middle of a stream', told)
  verdict.none('connections that stay open though something came behind the stream', open)
  await server.end()
}
