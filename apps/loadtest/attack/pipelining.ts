import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { readAnswers } from './support/answers.ts'
import { AttackConnection, ask } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer, ServerOptions } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { PeakMemory } from './support/peak-memory.ts'
import { get, postJson, request, vote } from './support/requests.ts'

/** Milliseconds that each flood lasts. */
const FLOOD_MS = 8000
/** Milliseconds after a flood in which the server has to answer again, without those that others had the CPU. */
const RECOVERY_MS = 5000
/** For which it is waited on a busy machine. */
const WAIT_MS = 60_000
const MAX_MEMORY_MB = 250

interface Flood {
  name: string
  connections: number
  /** Requests on each connection. */
  requests: number
  /** The bytes of requests, which are sent repeatedly. */
  bytes(server: AttackedServer, poll: AttackedPoll): string[]
  reads: boolean
  /** Number of addresses that it comes from (1). */
  addresses?: number
  options?: ServerOptions
}

const floods: Flood[] = [
  {
    name: '200 × 1,500 reads',
    connections: 200,
    requests: 1500,
    bytes: (server) => [get(server, routes.polls)],
    reads: true,
  },
  {
    name: '1,000 × 300 reads, no limits',
    connections: 1000,
    requests: 300,
    bytes: (server) => [get(server, routes.polls)],
    reads: true,
    options: { environment: { RATE_LIMIT: 'off' } },
  },
  {
    name: '200 × 500 votes',
    connections: 200,
    requests: 500,
    bytes: (server, poll) => [vote(server, poll)],
    reads: true,
  },
  {
    name: '300 × 600 of all kinds',
    connections: 300,
    requests: 600,
    bytes: (server, poll) => [
      get(server, routes.pollPage(poll.id)),
      vote(server, poll),
      request(server, 'HEAD', routes.polls),
      get(server, routes.poll(poll.id)),
      postJson(server, routes.votes(poll.id), { choiceIds: [0] }),
      get(server, '/api/nowhere'),
      request(server, 'OPTIONS', routes.polls),
      postJson(server, routes.polls, { question: '' }),
    ],
    reads: true,
  },
  {
    name: '200 × 1,500 reads from 10 addresses, no answer read',
    connections: 200,
    requests: 1500,
    bytes: (server) => [get(server, routes.polls)],
    reads: false,
    addresses: 10,
  },
]

/** Requests pipelined on many connections, without waiting for answers. */
export const pipelining: Attack = {
  name: 'pipelining',
  about: 'hundreds of thousands of pipelined requests, answers read or not',
  async run(context) {
    for (const flood of floods) await run(context, flood)
    await order(context)
  },
}

async function run(context: AttackContext, flood: Flood): Promise<void> {
  const { name, connections, requests, reads, addresses = 1 } = flood
  const { verdict } = context
  context.say(name)
  const server = await context.open(flood.options)
  const poll = await server.createPoll()
  const pieces = flood.bytes(server, poll)
  const bytes = Buffer.from(pieces.join('').repeat(requests / pieces.length), 'latin1')
  const bystander = await Bystander.start(server)
  const memory = new PeakMemory(server)
  const sockets = Array.from({ length: connections }, (_, index) => {
    const from = `127.0.1.${1 + (index % addresses)}`
    const connection = new AttackConnection(server, { keep: false, from })
    return (reads ? connection : connection.pause()).send(bytes)
  })
  await pause(FLOOD_MS)
  await bystander.judge(verdict, name)
  const grown = memory.stop()
  for (const socket of sockets) socket.leave()
  verdict.atMost(`memory grows (${name})`, server.running ? grown : Number.NaN, MAX_MEMORY_MB, 'MB')
  verdict.atMost(`answers again after (${name})`, await recovery(server, poll), RECOVERY_MS, 'ms')
  await server.end()
}

/** Milliseconds until a read of the poll is answered again; NaN if that takes too long. */
async function recovery(server: AttackedServer, poll: AttackedPoll): Promise<number> {
  const start = performance.now()
  const before = server.schedule
  while (performance.now() - start < WAIT_MS) {
    const [answer] = await ask(server, get(server, routes.poll(poll.id)), { milliseconds: WAIT_MS })
    if (answer?.status === 200) return Math.round((performance.now() - start) * server.shareOfCpu(before))
    await pause(100)
  }
  return Number.NaN
}

/** Pipelined requests are answered in their order, and votes count once. */
async function order(context: AttackContext): Promise<void> {
  const { random, verdict } = context
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const asked = Array.from({ length: 200 }, () => random.pick(['read', 'vote', 'nothing'] as const))
  const status = { read: 200, vote: 201, nothing: 404 }
  const bytes = {
    read: get(server, routes.poll(poll.id)),
    vote: vote(server, poll),
    nothing: get(server, '/api/nowhere'),
  }
  const connection = new AttackConnection(server)
  connection.send(asked.map((what) => bytes[what]).join(''))
  const statuses = () => readAnswers(connection.text).answers.map((answer) => answer.status)
  await connection.until(() => connection.how !== undefined || statuses().length === asked.length, WAIT_MS)
  const wrong = statuses().filter((given, index) => given !== status[asked[index] ?? 'read'])
  verdict.none('answers on one connection that are out of order', wrong.map(String))
  verdict.equal('pipelined requests on one connection that are answered', statuses().length, asked.length)
  const votes = statuses().filter((given) => given === 201).length
  verdict.equal(`votes counted of ${votes} pipelined and acknowledged`, await server.totalVotes(poll), votes)
  connection.leave()
}
