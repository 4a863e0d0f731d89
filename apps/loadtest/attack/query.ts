import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import type { Random } from '../processes/random.ts'
import { ask } from './support/attack-connection.ts'
import type { Attack } from './support/attack-context.ts'
import type { AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { get, postJson } from './support/requests.ts'

/** Bytes: a little less than the 16 KB that Node allows for a head. */
const LONG = 15_000
const TIMES = 3
/** Milliseconds after which the attack stops, on a server that gets slow. */
const TIME_MS = 45_000
const MAX_CPU_MS = 20
const MAX_BODY_BYTES = 4096

interface Probe {
  what: string
  bytes: string
  method: string
}

/** Query strings that are long, or have many pairs, sent to every route but the one whose links may fill in a whole poll. */
export const query: Attack = {
  name: 'query',
  about: 'long query strings and many pairs, to all routes but /new',
  async run(context) {
    const server = await context.open()
    const poll = await server.createPoll()
    const bystander = await Bystander.start(server)
    const probes = context.random.shuffled(probesOf(server, poll, context.random))
    const accepted: string[] = []
    const large: string[] = []
    let worst = { cpuMs: 0, what: '' }
    let sent = 0
    for (const end = performance.now() + TIME_MS; sent < probes.length && performance.now() < end; sent += 1) {
      const probe = probes[sent] as Probe
      context.say(`${sent + 1} of ${probes.length}`)
      const { cpuMs, statuses, longest } = await measure(server, probe)
      if (statuses.some((status) => status !== 414 && status !== 422)) accepted.push(`${probe.what}: ${statuses[0]}`)
      if (longest > MAX_BODY_BYTES) large.push(probe.what)
      if (cpuMs > worst.cpuMs) worst = { cpuMs, what: probe.what }
    }
    const { verdict } = context
    await bystander.judge(verdict)
    verdict.atLeast('queries tried', sent, probes.length)
    verdict.none('queries beyond 1 KB or 20 pairs that are not refused with 414 or 422', accepted)
    verdict.atMost(`CPU of one request (${worst.what || 'none measured'})`, worst.cpuMs, MAX_CPU_MS, 'ms')
    verdict.none('answers larger than 4 KB', large)
    verdict.equal('votes with such a query that were counted', await totalOf(server, poll), 0)
  },
}

/** Takes the lower of two figures if the first is a little too high: the bystander is served meanwhile too. */
async function measure(server: AttackedServer, probe: Probe) {
  const first = await measureOnce(server, probe)
  if (!(first.cpuMs > MAX_CPU_MS) || first.cpuMs > 3 * MAX_CPU_MS) return first
  const second = await measureOnce(server, probe)
  return { ...second, cpuMs: Math.min(first.cpuMs, second.cpuMs) }
}

async function measureOnce(server: AttackedServer, { bytes, method }: Probe) {
  const before = server.cpuMs
  const statuses: number[] = []
  let longest = 0
  for (let time = 0; time < TIMES; time += 1) {
    const [answer] = await ask(server, bytes, { method })
    statuses.push(answer?.status ?? 0)
    longest = Math.max(longest, answer?.body.length ?? 0)
  }
  return { cpuMs: (server.cpuMs - before) / TIMES, statuses, longest }
}

function probesOf(server: AttackedServer, poll: { id: string; choiceIds: number[] }, random: Random): Probe[] {
  const reads = [
    routes.polls,
    routes.poll(poll.id),
    routes.stream(poll.id),
    routes.streams,
    routes.listPage,
    routes.pollPage(poll.id),
    '/favicon.svg',
    '/nowhere',
    '/api/nowhere',
  ]
  const vote = { choiceIds: poll.choiceIds.slice(0, 1) }
  const newPoll = { question: 'Long?', choices: ['a', 'b'] }
  return Object.entries(queries(poll.id, random)).flatMap(([name, text]) => {
    const probe = (method: string, path: string, bytes: string) => ({
      what: `${method} ${path}?${name}`,
      bytes,
      method,
    })
    return [
      ...reads.map((path) => probe('GET', path, get(server, `${path}?${text}`))),
      probe('POST', routes.votes(poll.id), postJson(server, `${routes.votes(poll.id)}?${text}`, vote)),
      probe('POST', routes.polls, postJson(server, `${routes.polls}?${text}`, newPoll)),
    ]
  })
}

/** Each is longer than 1 KB, or has more than 20 pairs. */
function queries(pollId: string, random: Random): Record<string, string> {
  const key = String.fromCharCode(97 + random.whole(0, 25))
  const long = (piece: string) => piece.repeat(Math.floor(LONG / piece.length))
  const pairs = (count: number) => Array.from({ length: count }, (_, index) => `${key}${index}=${index}`).join('&')
  return {
    [`${key}&${key}&…`]: long(`${key}&`),
    [`${key}=1&${key}=2&…`]: long(`${key}=1&${key}=2&`),
    [`%${key.charCodeAt(0).toString(16)}&…`]: long(`%${key.charCodeAt(0).toString(16)}&`),
    'a;b;…': long(`${key};`),
    '+&+&…': long('+&'),
    '&&&…': long('&'),
    '===…': long('='),
    '%%%…': long('%'),
    '???…': long('?'),
    'one long value': `${key}=${'x'.repeat(LONG)}`,
    'one long key': 'x'.repeat(LONG),
    '24 pairs': pairs(24),
    '1,000 pairs': pairs(1000),
    'limit=1&limit=2&…': long('limit=1&'),
    'a long cursor': `cursor=${'x'.repeat(LONG)}`,
    [`${limits.pageSize * 60} polls`]: `polls=${Array(limits.pageSize * 60)
      .fill(pollId)
      .join(',')}`,
    'polls=ID&polls=ID&…': long(`polls=${pollId}&`),
    'a[]=1&…': long('a[]=1&'),
    '__proto__=1&…': long('__proto__=1&'),
  }
}

const totalOf = (server: AttackedServer, poll: Parameters<AttackedServer['totalVotes']>[0]): Promise<number> =>
  server.totalVotes(poll).catch(() => Number.NaN)
