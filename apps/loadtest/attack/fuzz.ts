import { setTimeout as pause } from 'node:timers/promises'
import { adminStatusSchema } from '@pollcast/shared/admin'
import { problemSchema, problemStatus } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { type Answer, readAnswers } from './support/answers.ts'
import { AttackConnection, isStream } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { FuzzedRequests } from './support/fuzzed-requests.ts'
import { strictRequests } from './support/strict-requests.ts'

const REQUESTS = 5000
const AT_ONCE = 16
/** Milliseconds. */
const TIME_MS = 60_000
const ANSWER_MS = 3000
const UNFINISHED_MS = 150
/** Of requests whose head could not be parsed, or not to its end: the server does not know which was a HEAD. */
const UNPARSED = [400, 431]

const ADMIN_KEY = 'an-admin-key-for-the-attack'

/** Internals that an answer must not show. */
const INSIDE = /SQLITE|node_modules|\.[jt]s:\d|\bat \S+ \((?:file|node|\/)|file:\/\/|\/dist\//

/** That a request has X-Forwarded-For, which some of them do, is said once. */
const isError = (line: string) =>
  /"level":[56]0|^\S*Error|^ +at /.test(line) && !line.includes('"event":"forwarded-for-ignored"')

/** Requests of every route, changed at random in every part, and rules that all answers must follow. */
export const fuzz: Attack = {
  name: 'fuzz',
  about: `${REQUESTS.toLocaleString('en')} requests of every route, changed at random`,
  async run(context) {
    const { verdict } = context
    const server = await context.open({ environment: { RATE_LIMIT: 'off', ADMIN_KEY } })
    const poll = await server.createPoll(['Tea', 'Coffee', 'Water'], 2)
    const bystander = await Bystander.start(server)
    await pause(300)
    const found = new Found(poll)
    const logged = server.output.length
    const pollsBefore = await countPolls(server)
    await strict(server, found)
    await send(context, server, poll, found)
    await bystander.judge(verdict)
    for (const [promise, cases] of found.cases) verdict.none(promise, cases)
    verdict.equal('requests tried', found.sent, REQUESTS)
    const total = await server.totalVotes(poll).catch(() => Number.NaN)
    verdict.equal(`votes counted of ${found.votes} that were acknowledged`, total, found.votes)
    const made = (await countPolls(server)) - pollsBefore
    verdict.equal(`polls created of ${found.polls} that were acknowledged`, made, found.polls)
    const lines = server.output.slice(logged).split('\n').filter(Boolean)
    verdict.none('errors in the log', lines.filter(isError))
    verdict.atMost('lines in the log', lines.length, 8)
    verdict.equal('servers that are still there', server.running ? 1 : 0, 1)
  },
}

/** What was found in all answers. */
class Found {
  sent = 0
  votes = 0
  polls = 0
  readonly cases = new Map<string, string[]>(
    [
      'answers with 500',
      'refusals that are not problem+json with a known code',
      'answers without nosniff',
      'answers that show internals',
      'headers that a request put into its answer',
      'pages that may be framed, or without a CSP from default-src none',
      'requests without an answer',
      'bytes after answers that are not an answer',
      'requests that must be refused with 400 and are not',
      'connections that are still read after a 400',
    ].map((promise) => [promise, []]),
  )
  readonly #poll: AttackedPoll

  constructor(poll: AttackedPoll) {
    this.#poll = poll
  }

  note(promise: string, example: string): void {
    const cases = this.cases.get(promise) ?? []
    this.cases.set(promise, cases)
    cases.push(example)
  }

  /** @param sent the request, for the report */
  look(answer: Answer, sent: string): void {
    const { status, headers, head, body } = answer
    const example = `${status} to ${JSON.stringify(sent.slice(0, 160))}`
    if (status === 500) this.note('answers with 500', example)
    if (status >= 400 && !isProblem(answer) && !isPage(answer)) {
      this.note('refusals that are not problem+json with a known code', example)
    }
    if (headers.get('X-Content-Type-Options') !== 'nosniff') this.note('answers without nosniff', example)
    if (INSIDE.test(head + body)) this.note('answers that show internals', example)
    if (headers.has('X-Injected') || headers.has('X-Powered-By')) {
      this.note('headers that a request put into its answer', example)
    }
    if (isPage(answer) && !isGuarded(headers)) {
      this.note('pages that may be framed, or without a CSP from default-src none', example)
    }
    if (status === 201 && body.includes(`"pollId":"${this.#poll.id}"`)) this.votes += 1
    if (status === 303 && headers.get('Location')?.endsWith(routes.pollPage(this.#poll.id))) this.votes += 1
    if (status === 201 && /"hostKey"|^Host key/m.test(body)) this.polls += 1
  }
}

async function send(context: AttackContext, server: AttackedServer, poll: AttackedPoll, found: Found): Promise<void> {
  const requests = new FuzzedRequests(server, poll, context.random)
  const end = performance.now() + TIME_MS
  const one = async () => {
    while (found.sent < REQUESTS && performance.now() < end && server.running) {
      found.sent += 1
      if (found.sent % 1000 === 0) context.say(`${found.sent} of ${REQUESTS}`)
      const { bytes, method, unfinished } = requests.next()
      const { answers, rest } = await exchange(server, bytes, method, unfinished ? UNFINISHED_MS : ANSWER_MS)
      for (const answer of answers) found.look(answer, bytes)
      if (answers.length === 0 && !unfinished)
        found.note('requests without an answer', JSON.stringify(bytes.slice(0, 160)))
      if (rest && !(method === 'HEAD' && UNPARSED.includes(answers.at(-1)?.status ?? 0))) {
        const promise = 'bytes after answers that are not an answer'
        found.note(promise, `${JSON.stringify(rest.slice(0, 60))} to ${JSON.stringify(bytes.slice(0, 160))}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
}

/** Requests that can be smuggled past a proxy to a server that is not strict: each has one right answer. */
async function strict(server: AttackedServer, found: Found): Promise<void> {
  for (const [what, bytes] of strictRequests(server)) {
    const { answers } = await exchange(server, bytes, 'GET', ANSWER_MS)
    for (const answer of answers) found.look(answer, what)
    const [first, ...more] = answers
    if (first?.status !== 400) {
      found.note('requests that must be refused with 400 and are not', `${what}: ${first?.status ?? 'no answer'}`)
    } else if (more.length > 0) {
      found.note('connections that are still read after a 400', `${what}: then ${more[0]?.status}`)
    }
  }
}

/** Everything received on one connection until the server ends it, a stream is open, or the time is over. */
async function exchange(server: AttackedServer, bytes: string, method: string, milliseconds: number) {
  const connection = new AttackConnection(server).send(bytes)
  const read = () => readAnswers(connection.text, [method])
  await connection.until(() => connection.how !== undefined || read().answers.some(isStream), milliseconds)
  connection.leave()
  return read()
}

function isProblem({ status, headers, body }: Answer): boolean {
  if (!headers.get('Content-Type')?.startsWith('application/problem+json')) return false
  // The answer to a HEAD.
  if (body === '') return true
  try {
    const problem = problemSchema.parse(JSON.parse(Buffer.from(body, 'latin1').toString()))
    return problem.status === status && problemStatus[problem.code] === status
  } catch {
    return false
  }
}

/** A redirect may have a line of HTML, which no browser shows. */
const isPage = ({ status, headers }: Answer) =>
  status !== 303 && headers.get('Content-Type')?.startsWith('text/html') === true

function isGuarded(headers: Headers): boolean {
  const policy = headers.get('Content-Security-Policy') ?? ''
  return /default-src 'none'/.test(policy) && /frame-ancestors 'none'/.test(policy)
}

/** All there are, as who runs the server is told: most are in no list. */
async function countPolls(server: AttackedServer): Promise<number> {
  const answer = await fetch(server.url + routes.admin, { headers: { Authorization: `Bearer ${ADMIN_KEY}` } })
  return adminStatusSchema.parse(await answer.json()).polls
}
