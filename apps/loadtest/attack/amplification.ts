import { routes } from '@pollcast/shared/routes'
import { ask } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { FORM_TYPE, get, JSON_TYPE, request, vote } from './support/requests.ts'

/** Bytes: a little less than the limit of a body. */
const LARGE = 40_000
/** Bytes: a little less than the limit of a head. */
const LONG = 15_000
const TIMES = 15
const MAX_BODY_BYTES = 4096
const MAX_HEAD_BYTES = 2048
const MAX_CPU_MS = 20

/** Requests with thousands of errors: what a refusal costs, how large it is, and whether it is rate limited. */
export const amplification: Attack = {
  name: 'amplification',
  about: 'bodies with thousands of errors, and whether refused requests count towards limits',
  async run(context) {
    await measure(context)
    await exhaust(context)
  },
}

async function measure(context: AttackContext): Promise<void> {
  const { verdict } = context
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const bystander = await Bystander.start(server)
  let worst = { cpuMs: 0, what: '' }
  let largest = { body: 0, head: 0, factor: 0, what: '' }
  const wrong: string[] = []
  for (const [what, bytes] of context.random.shuffled(Object.entries(requests(server, poll)))) {
    context.say(what)
    const before = server.cpuMs
    for (let time = 0; time < TIMES; time += 1) {
      const [answer] = await ask(server, bytes)
      const { body = '', head = '', status = 0 } = answer ?? {}
      if (status < 400 || status >= 500) wrong.push(`${what}: ${status}`)
      if (body.length > largest.body) {
        largest = { body: body.length, head: head.length, factor: (body.length + head.length) / bytes.length, what }
      }
    }
    const cpuMs = (server.cpuMs - before) / TIMES
    if (!(cpuMs <= worst.cpuMs)) worst = { cpuMs, what }
  }
  await bystander.judge(verdict)
  verdict.none('invalid requests that are not refused with 4xx', wrong)
  verdict.atMost(`the largest refusal (${largest.what})`, largest.body, MAX_BODY_BYTES, 'bytes')
  verdict.atMost('its headers', largest.head, MAX_HEAD_BYTES, 'bytes')
  verdict.atMost('bytes out for a byte in', largest.factor, 2)
  verdict.atMost(`CPU of a refusal (${worst.what})`, worst.cpuMs, MAX_CPU_MS, 'ms')
  verdict.equal('refused votes that were counted', await server.totalVotes(poll).catch(() => Number.NaN), 0)
}

function requests(server: AttackedServer, poll: AttackedPoll): Record<string, string> {
  const paths = { vote: routes.votes(poll.id), 'new poll': routes.polls }
  const others = {
    'a long address': get(server, `/api/${'"'.repeat(LONG)}`),
    'a long address of a poll': get(server, routes.poll('<'.repeat(LONG))),
    'a long address of a page': get(server, `/${'"'.repeat(LONG)}`),
    'a long cursor': get(server, `${routes.polls}?cursor=${'"'.repeat(LONG)}`),
    'invalid ids of polls': get(server, routes.streamOf(Array(5000).fill('x'))),
    'a long Accept': get(server, '/api/nowhere', { Accept: 'a/b;q=0.1,'.repeat(1400) }),
    'a long Idempotency-Key': vote(server, { ...poll, choiceIds: [] }, { 'Idempotency-Key': 'x'.repeat(LONG) }),
  }
  return Object.fromEntries([
    ...Object.entries(others),
    ...Object.entries(paths).flatMap(([target, path]) =>
      Object.entries(bodies()).map(([what, { type, body }]) => [
        `${target}: ${what}`,
        request(server, 'POST', path, type, body),
      ]),
    ),
  ])
}

function bodies(): Record<string, { type: Record<string, string>; body: string }> {
  const json = (body: string) => ({ type: JSON_TYPE, body })
  const form = (body: string) => ({ type: FORM_TYPE, body })
  const text = (body: string) => ({ type: { 'Content-Type': 'text/plain' }, body })
  const many = (piece: string, tail = piece) =>
    piece.repeat(Math.floor((LARGE - tail.length) / piece.length) - 10) + tail
  const keys = Array.from({ length: 3000 }, (_, index) => `"k${index}":0`).join(',')
  const pairs = Array.from({ length: 2500 }, (_, index) => `k${index}=0`).join('&')
  const nested = LARGE / 2 - 100
  return {
    'choiceIds of zeros': json(`{"choiceIds":[${many('0,', '0')}]}`),
    'choiceIds of strings': json(`{"choiceIds":[${many('"a",', '"a"')}]}`),
    'choiceIds of arrays': json(`{"choiceIds":[${many('[],', '[]')}]}`),
    'choiceIds of one id': json(`{"choiceIds":[${many('1,', '1')}]}`),
    'choiceIds of large numbers': json(`{"choiceIds":[${many('1e99,', '1e99')}]}`),
    'choices of numbers': json(`{"question":"q","choices":[${many('0,', '0')}]}`),
    'choices without text': json(`{"question":"q","choices":[${many('"",', '""')}]}`),
    'equal choices': json(`{"question":"q","choices":[${many('"a",', '"a"')}]}`),
    'nested arrays': json('['.repeat(nested) + ']'.repeat(nested)),
    'nested in a field': json(`{"choiceIds":${'['.repeat(nested)}${']'.repeat(nested)}}`),
    'nested objects': json(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
    'a long text': json(`"${'x'.repeat(LARGE)}"`),
    'a long question': json(`{"question":"${'x'.repeat(LARGE)}","choices":["a","b"]}`),
    'a question of white space': json(`{"question":"${' \\t'.repeat(LARGE / 4)}","choices":["a","b"]}`),
    'a long key': json(`{"${'x'.repeat(LARGE)}":1}`),
    'a long number': json(`{"choiceIds":[${'9'.repeat(LARGE)}]}`),
    'unknown keys': json(`{"choiceIds":[1],${keys}}`),
    'one key repeated': json(`{${many('"choiceIds":0,', '"choiceIds":0')}}`),
    'keys of the prototype': json(`{"choiceIds":[0],${many('"__proto__":{},', '"constructor":0')}}`),
    'no JSON, and long': json('x'.repeat(LARGE)),
    'choices in a form': form(many('choice=x&', 'choice=x')),
    'ids in a form': form(many('choice=0&', 'choice=0')),
    'fields of a form': form(`choice=x&${pairs}`),
    'percent signs in a form': form(`choice=${'%'.repeat(LARGE)}`),
    'empty lines': text('\n'.repeat(LARGE)),
    'lines of a list': text(many('- a\n')),
    'a line of white space': text(`q\n- ${' '.repeat(LARGE - 100)}a\n- a`),
    'a long line': text('1'.repeat(LARGE)),
    'a long type': { type: { 'Content-Type': `text/${'x'.repeat(8000)}` }, body: '{}' },
    'a long encoding': { type: { ...JSON_TYPE, 'Content-Encoding': 'x'.repeat(8000) }, body: '{}' },
  }
}

/** Invalid requests must count towards limits like valid ones, or a client that sends only invalid ones is never stopped. */
async function exhaust(context: AttackContext): Promise<void> {
  const server = await context.open()
  const poll = await server.createPoll()
  const [first] = await ask(server, vote(server, poll))
  const cookie = first?.headers.getSetCookie().map((text) => text.split(';')[0])
  const bad = {
    'new polls': request(server, 'POST', routes.polls, JSON_TYPE, '{'),
    'votes of a voter': request(
      server,
      'POST',
      routes.votes(poll.id),
      { ...JSON_TYPE, Cookie: cookie?.join('; ') ?? '' },
      '{',
    ),
  }
  for (const [what, bytes] of Object.entries(bad)) {
    context.say(`invalid ${what}`)
    let limited = 0
    for (let time = 0; time < 100; time += 1) {
      const [answer] = await ask(server, bytes)
      if (answer?.status === 429) limited += 1
    }
    context.verdict.atLeast(`of 100 invalid ${what}, refused by a rate limit`, limited, 30)
  }
}
