import { routes } from '@pollcast/shared/routes'
import type { Answer } from './support/answers.ts'
import { ask } from './support/attack-connection.ts'
import type { Attack, AttackContext } from './support/attack-context.ts'
import type { AttackedServer } from './support/attacked-server.ts'
import { FORM_TYPE, postJson, request, vote } from './support/requests.ts'

const ALLOWED = 'https://allowed.example'
const PUBLIC = 'https://public.example'
/** New polls that RATE_LIMIT allows one address in a minute (docs/settings.md). */
const NEW_POLLS = 30

/** Votes as someone else, votes that count twice, and more requests than a limit allows. */
export const forgery: Attack = {
  name: 'forgery',
  about: "other sites' requests, planted cookies, one vote sent twice, addresses spelled in many ways",
  async run(context) {
    await otherSites(context)
    await cookies(context)
    await retries(context)
    await addresses(context)
  },
}

/** The right answer. */
type Right = 'taken' | 'refused'

async function otherSites(context: AttackContext): Promise<void> {
  const { verdict } = context
  context.say("other sites' requests")
  const server = await context.open({
    environment: { RATE_LIMIT: 'off', ALLOWED_ORIGINS: ALLOWED, PUBLIC_URL: PUBLIC },
  })
  const poll = await server.createPoll()
  const actions = {
    vote: (headers: Record<string, string>) => vote(server, poll, headers),
    'form vote': (headers: Record<string, string>) => {
      return request(server, 'POST', routes.votes(poll.id), { ...FORM_TYPE, ...headers }, `choice=${poll.choiceIds[0]}`)
    },
    'new poll': (headers: Record<string, string>) => {
      return postJson(server, routes.polls, { question: 'Whose?', choices: ['a', 'b'] }, headers)
    },
  }
  const taken: string[] = []
  const refused: string[] = []
  const told: string[] = []
  let votes = 0
  const send = async (action: string, bytes: string, what: string, right: Right) => {
    const [answer] = await ask(server, bytes, { method: 'POST' })
    const isTaken = answer?.status === 201 || answer?.status === 303
    if (isTaken && action !== 'new poll') votes += 1
    if (right === 'refused' && answer?.status !== 403) taken.push(`${what}: ${answer?.status}`)
    if (right === 'taken' && !isTaken) refused.push(`${what}: ${answer?.status}`)
    if (right === 'refused' && answer?.headers.has('Set-Cookie')) told.push(what)
  }
  for (const [headers, right] of siteMatrix(server)) {
    const sent = Object.entries(actions).map(([action, bytes]) => {
      return send(action, bytes(headers), `${action} with ${JSON.stringify(headers)}`, right)
    })
    await Promise.all(sent)
  }
  verdict.none("other sites' requests that are not refused with 403", taken)
  verdict.none('own, allowed and API requests that are refused', refused)
  verdict.none("cookies that another site's refused request replaced", told)
  verdict.equal('votes counted beyond those acknowledged', (await server.totalVotes(poll)) - votes, 0)
  await server.end()
}

function siteMatrix({ authority, port }: AttackedServer): [headers: Record<string, string>, right: Right][] {
  const own = [`http://${authority}`, `http://${authority.toUpperCase()}`]
  const trusted = [ALLOWED, PUBLIC]
  const others = [
    'null',
    'http://evil.example',
    `http://127.0.0.1:${port + 1}`,
    'http://127.0.0.1',
    `http://${authority}.evil.example`,
    `http://evil.example:${port}`,
    `http://${authority}@evil.example`,
    `http://evil.example/${authority}`,
    `${ALLOWED}.evil.example`,
    ALLOWED.replace('allowed', 'notallowed'),
    `${ALLOWED}:8443`,
    ALLOWED.replace('https', 'http'),
    'file://',
    'chrome-extension://abc',
    `${ALLOWED} http://evil.example`,
    '',
    'undefined',
  ]
  const site = (value: string) => ({ 'Sec-Fetch-Site': value })
  const origin = (value: string) => ({ Origin: value })
  const foreign = ['cross-site', 'same-site', 'nonsense', '']
  return [
    [{}, 'taken'],
    [site('same-origin'), 'taken'],
    [site('none'), 'taken'],
    ...foreign.slice(0, 3).map((value): [Record<string, string>, Right] => [site(value), 'refused']),
    ...own.map((value): [Record<string, string>, Right] => [origin(value), 'taken']),
    ...trusted.flatMap((value): [Record<string, string>, Right][] => [
      [origin(value), 'taken'],
      [{ ...site('cross-site'), ...origin(value) }, 'taken'],
      [{ ...site('same-site'), ...origin(value) }, 'taken'],
    ]),
    ...others
      .filter((value) => value !== '')
      .flatMap((value): [Record<string, string>, Right][] => [
        [origin(value), 'refused'],
        ...foreign.map((kind): [Record<string, string>, Right] => [{ ...site(kind), ...origin(value) }, 'refused']),
      ]),
    [{ Origin: own[0] ?? '', origin: 'http://evil.example' }, 'refused'],
    [{ 'Sec-Fetch-Site': 'same-origin', 'sec-fetch-site': 'cross-site' }, 'refused'],
    [{ 'Sec-Fetch-Site': 'cross-site', 'X-Forwarded-Host': 'evil.example', Origin: 'http://evil.example' }, 'refused'],
    [{ 'X-Forwarded-Host': 'evil.example', Origin: 'http://evil.example' }, 'refused'],
  ]
}

async function cookies(context: AttackContext): Promise<void> {
  const { verdict } = context
  context.say('cookies')
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const cookieOf = async () => {
    const [answer] = await ask(server, vote(server, poll), { method: 'POST' })
    const [pair = ''] = answer?.headers.getSetCookie()[0]?.split(';') ?? []
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: pair.slice(at + 1) }
  }
  const { name, value } = await cookieOf()
  const another = await cookieOf()
  const send = async (cookie: string) => {
    const before = await server.totalVotes(poll)
    const [answer] = await ask(server, vote(server, poll, { Cookie: cookie }), { method: 'POST' })
    return { answer, added: (await server.totalVotes(poll)) - before }
  }
  const forged = value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
  const foreign = `${value.split('.')[0]}.${another.value.split('.')[1]}`
  const known = {
    'as it is': `${name}=${value}`,
    'after a planted one': `${name}=junk; ${name}=${value}`,
    'before a planted one': `${name}=${value}; ${name}=junk`,
    'after a forged one': `${name}=${forged}; ${name}=${value}`,
    'after fifty planted ones': `${`${name}=junk; `.repeat(50)}${name}=${value}`,
    'after an empty one': `${name}=; ${name}=${value}`,
    'after the same one': `${name}=${value}; ${name}=${value}`,
    quoted: `${name}="${value}"`,
    'with blanks': `  ${name}=${value}  ;  `,
    'with blanks around =': `${name} = ${value}`,
    'with a tab': `a=b;\t${name}=${value}`,
    'without blanks': `a=b;${name}=${value};c=d`,
    'with invalid cookies': `=; ;;a; "; ${name}=${value}`,
    'of two known voters': `${name}=${value}; ${name}=${another.value}`,
    'in a second header': `a=b\r\nCookie: ${name}=${value}`,
    'with another name that ends the same': `x${name}=junk; ${name}=${value}`,
    "with another cookie's value that looks the same": `a="${name}=junk; ${name}=${value}`,
  }
  const doubled: string[] = []
  for (const [what, cookie] of Object.entries(known)) {
    const { answer, added } = await send(cookie)
    if (added !== 0 || answer?.status !== 201) doubled.push(`${what}: ${answer?.status}, ${added} more`)
  }
  const invalid = {
    junk: `${name}=junk`,
    empty: `${name}=`,
    forged: `${name}=${forged}`,
    "with another's signature": `${name}=${foreign}`,
    'without a signature': `${name}=${value.split('.')[0]}`,
    cut: `${name}=${value.slice(0, -5)}`,
    longer: `${name}=${value}x`,
    'twice junk': `${name}=junk; ${name}=junk2`,
    'percent-encoded': `${name}=${value.replace('.', '%2E')}.`,
    huge: `${name}=${'x'.repeat(8000)}`,
    'half quoted': `${name}="${forged}`,
  }
  const counted: string[] = []
  for (const [what, cookie] of Object.entries(invalid)) {
    const { answer, added } = await send(cookie)
    if (added !== 0 || answer?.status !== 401) counted.push(`${what}: ${answer?.status}, ${added} more`)
  }
  verdict.none("ways to send a voter's cookie that make another voter of them", doubled)
  verdict.none('invalid cookies that are not refused with 401', counted)
  await server.end()
}

async function retries(context: AttackContext): Promise<void> {
  const { verdict, random } = context
  context.say('one vote sent many times')
  const server = await context.open({ environment: { RATE_LIMIT: 'off' } })
  const poll = await server.createPoll()
  const times = 20
  const sendAll = (bytes: string) => {
    return Promise.all(Array.from({ length: times }, async () => (await ask(server, bytes, { method: 'POST' }))[0]))
  }
  const key = () => ({ 'Idempotency-Key': `attack-${random.whole(1e8, 9e8)}-${random.whole(1e8, 9e8)}` })
  const added = async (bytes: string) => {
    const before = await server.totalVotes(poll)
    const answers = await sendAll(bytes)
    return { votes: (await server.totalVotes(poll)) - before, answers }
  }
  const once = await added(vote(server, poll, key()))
  verdict.equal(`votes counted of one that was sent ${times} times at once with one Idempotency-Key`, once.votes, 1)
  const voters = new Set(once.answers.flatMap((answer: Answer | undefined) => answer?.headers.getSetCookie() ?? []))
  verdict.atMost('voters that came of it', voters.size, 1)

  const used = key()
  const first = postJson(server, routes.votes(poll.id), { choiceIds: [poll.choiceIds[0]] }, used)
  const other = postJson(server, routes.votes(poll.id), { choiceIds: [poll.choiceIds[1]] }, used)
  const before = await server.totalVotes(poll)
  await ask(server, first, { method: 'POST' })
  const [again] = await ask(server, other, { method: 'POST' })
  verdict.equal(
    'votes counted of two different ones with one Idempotency-Key',
    (await server.totalVotes(poll)) - before,
    1,
  )
  verdict.none(
    'second votes with the key of a first one that are accepted',
    (again?.status ?? 0) < 400 ? [`${again?.status}`] : [],
  )
  await server.end()
}

/** Spellings of addresses: the groups that must share one limit. */
const ADDRESSES: Record<string, (index: number) => string> = {
  'text that is not an address': (index) => `junk-${index}`,
  'ports behind one IPv4': (index) => `203.0.113.7:${1000 + index}`,
  'ports behind one IPv6': (index) => `[2001:db8:1::1]:${1000 + index}`,
  'a /64 of IPv6': (index) => `2001:db8:2::${index.toString(16)}:1`,
  'zones of one IPv6': (index) => `fe80::1%eth${index}`,
  'spellings of one IPv6': (index) => {
    const spellings = ['2001:db8:3::1', '2001:DB8:3::1', '2001:0db8:3:0:0:0:0:1', '2001:db8:3:0::1', '[2001:db8:3::1]']
    return spellings[index % spellings.length] ?? ''
  },
  'spellings of one IPv4': (index) => {
    const spellings = [
      '203.0.113.8',
      '::ffff:203.0.113.8',
      '::ffff:cb00:7108',
      '0:0:0:0:0:ffff:203.0.113.8',
      '203.0.113.8:80',
      ' 203.0.113.8 ',
    ]
    return spellings[index % spellings.length] ?? ''
  },
  'octal, short and long IPv4': (index) =>
    ['0313.0.0161.9', '203.0.28937', '3405803785', '203.0.113.009'][index % 4] ?? '',
  'addresses before the one the proxy saw': (index) => `198.51.100.${index}, 203.0.113.10`,
  'empty and blank': (index) => ['', ' ', ',', ', ,'][index % 4] ?? '',
  'headers that are written twice': (index) => `198.51.100.${index}\r\nX-Forwarded-For: 203.0.113.11`,
}

async function addresses(context: AttackContext): Promise<void> {
  const { verdict } = context
  const sent = NEW_POLLS * 2
  for (const trust of ['off', 'on']) {
    const server = await context.open({ environment: { TRUST_PROXY: trust } })
    const more: string[] = []
    for (const [what, address] of Object.entries(ADDRESSES)) {
      context.say(`TRUST_PROXY=${trust}: ${what}`)
      const taken = await newPolls(server, sent, (index) => ({ 'X-Forwarded-For': address(index) }))
      if (taken > NEW_POLLS) more.push(`${what}: ${taken} of ${sent} new polls`)
    }
    verdict.none(`addresses that get more than their limit (TRUST_PROXY=${trust})`, more)
    if (trust === 'on') {
      const own = await newPolls(server, 5, (index) => ({ 'X-Forwarded-For': `192.0.2.${index + 1}` }))
      verdict.equal('new polls of 5 addresses that have a limit each', own, 5)
    }
    await server.end()
  }
  const server = await context.open({ environment: { WORKERS: '2' } })
  context.say('WORKERS=2')
  const taken = await newPolls(server, sent, () => ({}))
  verdict.atMost(`new polls of ${sent} that one address makes with WORKERS=2`, taken, NEW_POLLS)
}

/** Sends new polls, all at once and each on its own connection. Returns how many are accepted. */
async function newPolls(server: AttackedServer, count: number, headers: (index: number) => Record<string, string>) {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const body = { question: 'How many?', choices: ['a', 'b'] }
      return ask(server, postJson(server, routes.polls, body, headers(index)), { method: 'POST' })
    }),
  )
  return answers.filter(([answer]) => answer?.status === 201).length
}
