import { createHmac } from 'node:crypto'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { query } from '../../../testing/database.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'
import { readVoterCookies } from './voter-cookie.ts'

const setUp = async (options: Parameters<typeof openApp>[0] = {}) => {
  const app = await openApp(options)
  const { poll } = await createPoll(app.url)
  const ids = poll.choices.map((choice) => choice.id) as [number, number]
  const [setting] = await query<{ value: string }>(
    app.databasePath,
    "SELECT value FROM setting WHERE name = 'installation-id'",
  )
  const name = `pollcast-${setting?.value}`
  /** A vote with this Cookie header. */
  const ask = (
    cookie: string | undefined,
    path: string,
    init: RequestInit = {},
    headers: Record<string, string> = {},
  ) =>
    fetch(app.url + path, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...headers, ...(cookie !== undefined && { Cookie: cookie }) },
    })
  const vote = (cookie: string | undefined, choiceId: number, headers?: Record<string, string>) =>
    ask(cookie, routes.votes(poll.id), json({ choiceIds: [choiceId] }), headers)
  const total = async () => (await new Voter(app.url).read(poll.id)).totalVotes
  /** The value of a valid cookie. */
  const value = async () => (await vote(undefined, ids[0])).headers.getSetCookie()[0]?.split(/[=;]/)[1] as string
  return { ...app, poll, ids, name, ask, vote, total, value }
}

/** The `name=value` of the cookies that an answer sets. */
const given = (answer: Response) => answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] as string)

const FORGED = `mabcdefghijkl.${'x'.repeat(43)}`

test('two installations on one host have cookies of different names, and a restart keeps the name', async () => {
  const [one, other] = [await setUp(), await setUp()]
  expect(one.name).toMatch(/^pollcast-[a-z0-9]{8}$/)
  expect(other.name).not.toBe(one.name)
  // A browser sends both: cookies don't depend on the port.
  const both = new Voter(one.url)
  await both.vote(one.poll.id, one.ids[0])
  const there = await other.vote(both.cookieHeader, other.ids[0])
  const cookies = [both.cookieHeader, ...given(there)].join('; ')
  for (const { vote, total, ids } of [one, other]) {
    expect((await vote(cookies, ids[1])).status).toBe(201)
    expect(await total()).toBe(1)
  }
  await one.close()
  expect(await setUp({ databasePath: one.databasePath })).toHaveProperty('name', one.name)
})

test('over https the cookie is one that no other host can set, and over http a plain one', async () => {
  const { name, vote, ids } = await setUp({ trustProxy: 1 })
  const attributes = 'Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax'
  const [plain] = (await vote(undefined, ids[0])).headers.getSetCookie()
  expect(plain).toMatch(new RegExp(`^${name}=[\\w-]+\\.[\\w-]{43}; ${attributes}$`))
  const [secure] = (await vote(undefined, ids[0], { 'X-Forwarded-Proto': 'https' })).headers.getSetCookie()
  expect(secure).toMatch(new RegExp(`^__Host-${name}=[\\w-]+\\.[\\w-]{43}; ${attributes}; Secure$`))
})

test('a client that comes by http, then by https and back, is one voter, and gets the cookie of each once', async () => {
  const { name, vote, total, ids } = await setUp({ trustProxy: 1 })
  const https = { 'X-Forwarded-Proto': 'https' }
  const [plain = ''] = given(await vote(undefined, ids[0]))
  const renewed = await vote(plain, ids[1], https)
  expect(given(renewed)).toEqual([`__Host-${plain}`])
  const again = await vote(`${plain}; __Host-${plain}`, ids[0], https)
  const back = await vote(plain, ids[1])
  expect([...given(again), ...given(back)]).toEqual([])
  expect(await total()).toBe(1)
  // A client that came by https first has two identities. Over https it is the one of https.
  const [other = ''] = given(await vote(undefined, ids[0]))
  expect((await vote(`${other}; __Host-${plain}`, ids[0], https)).status).toBe(201)
  expect(await total()).toBe(2)
  expect(name).toBe(plain.split('=')[0])
})

test('the first valid cookie with the name counts, at any position', async () => {
  const { name, vote, total, value, ids } = await setUp()
  const good = await value()
  for (const cookie of [
    `${name}=${FORGED}; ${name}=${good}`,
    `${name}=${good}; ${name}=${FORGED}`,
    `${name}=; ${name}=x; voter=${FORGED}; ${name}=${good}`,
    `x${name}=${FORGED}; y="a=b"; ${name}=${good}`,
    `__Host-${name}=${FORGED}; ${name}=${good}`,
  ]) {
    expect((await vote(cookie, ids[1])).status, cookie).toBe(201)
  }
  expect(await total()).toBe(1)
})

test('values in quotes, and spaces around them, are read', async () => {
  const { name, vote, total, value, ids } = await setUp()
  const good = await value()
  for (const cookie of [
    `${name}="${good}"`,
    `a=b;${name}=${good};c=d`,
    `a=b ;\t ${name} = ${good} \t; c=d`,
    `a=b;  ${name}= "${good}" `,
  ]) {
    expect((await vote(cookie, ids[1])).status, cookie).toBe(201)
  }
  expect(await total()).toBe(1)
})

test('a cookie with the legacy name is still the same voter, and is renewed under the current name', async () => {
  const { name, databasePath, poll, ask, vote, total, ids } = await setUp()
  const [setting] = await query<{ value: string }>(databasePath, "SELECT value FROM setting WHERE name = 'voter-key'")
  const id = 'mabcdefgh0123456789ab'
  const value = `${id}.${createHmac('sha256', setting?.value as string)
    .update(id)
    .digest('base64url')}`
  expect(given(await vote(`voter=${value}`, ids[0]))).toEqual([`${name}=${value}`])
  const read = await ask(`voter=${value}`, routes.poll(poll.id))
  expect(given(read)).toEqual([`${name}=${value}`])
  expect(await read.json()).toMatchObject({ ownChoiceIds: [ids[0]] })
  expect(given(await vote(`voter=${value}; ${name}=${value}`, ids[1]))).toEqual([])
  expect(await total()).toBe(1)
})

test('a cookie named voter of another program is ignored', async () => {
  const { name, vote, ids, total } = await setUp()
  const answer = await vote(`voter=${FORGED}; voter=42`, ids[0])
  expect(answer.status).toBe(201)
  expect(given(answer)[0]).toMatch(new RegExp(`^${name}=`))
  expect(await total()).toBe(1)
})

const invalid = (name: string, good: string): [string, string][] => [
  ['a forged signature', `${name}=${FORGED}`],
  ['somebody else’s signature', `${name}=x${good}`],
  ['no signature', `${name}=${good.split('.')[0]}`],
  ['a signature cut short', `${name}=${good.slice(0, -1)}`],
  ['nothing', `${name}=`],
  ['what a program writes to delete it', `${name}=deleted`],
  ['one quote', `${name}="${good}`],
  ['a forged signature, over https', `__Host-${name}=${FORGED}`],
]

test('a vote with an invalid cookie is not a new voter’s: it gets 401, and a valid cookie to send it again', async () => {
  const { name, vote, total, value, ids } = await setUp()
  const cases = invalid(name, await value())
  for (const [index, [what, cookie]] of cases.entries()) {
    const refused = await vote(cookie, ids[1])
    expect(refused.headers.get('WWW-Authenticate'), what).toBe(`Cookie cookie-name="${name}"`)
    const [fresh = ''] = given(refused)
    const { detail } = await readProblem('invalid-voter', refused)
    expect(detail).toContain('vote again')
    expect(await total(), what).toBe(1 + index)
    expect((await vote(fresh, ids[1])).status, what).toBe(201)
    expect(await total(), what).toBe(2 + index)
  }
})

test('a form with an invalid cookie is refused too', async () => {
  const { name, ask, poll, ids, total } = await setUp()
  await readProblem('invalid-voter', await ask(`${name}=x`, routes.votes(poll.id), form(`choice=${ids[0]}`)))
  expect(await total()).toBe(0)
})

test('every page, and every answer with polls for a page, makes a client without a valid cookie a voter', async () => {
  const { name, poll, ask, value } = await setUp({ webRoot: webBuild() })
  const good = await value()
  const pages = [routes.listPage, routes.newPollPage, routes.pollPage(poll.id), routes.pollPage('zzzzzzzz'), '/nothing']
  for (const path of [...pages, routes.polls, routes.poll(poll.id)]) {
    for (const method of ['GET', 'HEAD']) {
      const visit = (cookie?: string) => ask(cookie, path, { method }, { Accept: 'text/html, application/json' })
      for (const cookie of [undefined, `${name}=${FORGED}`]) {
        const answer = await visit(cookie)
        expect(given(answer), `${method} ${path}`).toEqual([expect.stringMatching(new RegExp(`^${name}=`))])
        // No cache may give it to anyone else.
        expect(answer.headers.get('Cache-Control'), path).toMatch(/private/)
        expect(answer.headers.get('Vary'), path).toMatch(/cookie/i)
      }
      expect(given(await visit(`${name}=${good}`)), `${method} ${path}`).toEqual([])
    }
  }
})

test('a client without a cookie gets one even if the poll has not changed and is not sent again', async () => {
  const { poll, ask } = await setUp()
  const etag = (await ask(undefined, routes.poll(poll.id))).headers.get('ETag') as string
  const again = await ask(undefined, routes.poll(poll.id), {}, { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' })
  expect([again.status, given(again).length]).toEqual([304, 1])
})

test('a header of 4,000 cookies costs a few signatures, and does not hide the valid one among other names', () => {
  const name = { plain: 'pollcast-abcd1234', secure: '__Host-pollcast-abcd1234' }
  const many = (pair: string) => Array.from({ length: 4000 }, () => pair).join(';')
  for (const pair of [`voter=${FORGED}`, `${name.plain}=${FORGED}`]) {
    expect(readVoterCookies(many(pair), name).candidates).toHaveLength(8)
  }
  expect(readVoterCookies(many('a=b'), name)).toEqual({ candidates: [], isOurs: false })
  const { candidates } = readVoterCookies(`${many(`voter=${FORGED}`)}; ${name.plain}=a.${'y'.repeat(43)}`, name)
  expect(candidates[0]).toEqual({ name: name.plain, id: 'a', signature: 'y'.repeat(43) })
})

test('a vote that came without cookie and token is answered with a token of the same voter, and no other vote is', async () => {
  const { url, poll } = await setUp()
  const [tea, coffee] = poll.choices.map(({ id }) => id)
  const vote = async (choiceId: number | undefined, headers: Record<string, string> = {}, body = {}) => {
    const init = json({ choiceIds: [choiceId], ...body })
    return fetch(url + routes.votes(poll.id), { ...init, headers: { ...init.headers, ...headers } })
  }
  const first = await vote(tea)
  const token = first.headers.get('Pollcast-Voter') ?? ''
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  expect(cookie).toMatch(new RegExp(`=${token}$`))
  for (const headers of [
    { 'Pollcast-Voter': token },
    { Cookie: cookie },
    { Cookie: cookie, 'Pollcast-Voter': token },
  ]) {
    const again = await vote(coffee, headers)
    expect([again.status, again.headers.get('Pollcast-Voter')]).toEqual([201, null])
  }
  const asForm = await fetch(url + routes.votes(poll.id), { ...form(`choice=${tea}`), redirect: 'manual' })
  expect([asForm.status, asForm.headers.get('Pollcast-Voter')]).toEqual([303, null])
  expect(await new Voter(url).read(poll.id)).toMatchObject({ voters: 2, choices: [{ votes: 1 }, { votes: 1 }] })
})

test('a vote that is sent again with its key gets the same token', async () => {
  const { url, poll } = await setUp()
  const init = json({ choiceIds: [poll.choices[0]?.id] })
  const headers = { ...init.headers, 'Idempotency-Key': '"0123456789abcdefghijklmn"' }
  const send = async () =>
    (await fetch(url + routes.votes(poll.id), { ...init, headers })).headers.get('Pollcast-Voter')
  const token = await send()
  expect(token).toMatch(/^[\w-]+\.[\w-]{43}$/)
  expect(await send()).toBe(token)
})
