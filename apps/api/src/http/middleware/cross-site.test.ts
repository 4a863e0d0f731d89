import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'

type Headers = Record<string, string>

const PUBLIC = 'https://polls.example.com'
const FRIEND = 'https://slides.example.com'

const setUp = async () => {
  const app = await openApp({ publicUrl: PUBLIC, allowedOrigins: [FRIEND], trustProxy: ['192.0.2.0/24'] })
  const { poll } = await createPoll(app.url)
  const voter = new Voter(app.url)
  await voter.vote(poll.id, poll.choices[0]?.id as number)
  const send = (init: RequestInit, headers: Headers) =>
    voter.ask(routes.votes(poll.id), { ...init, headers: { ...init.headers, ...headers } })
  const other = poll.choices[1]?.id
  return { ...app, poll, voter, send, byForm: form(`choice=${other}`), byJson: json({ choiceIds: [other] }) }
}

const own = (url: string): [string, Headers][] => [
  ['a page of this site', { 'Sec-Fetch-Site': 'same-origin', Origin: url }],
  ['a page of this site, in a browser that hides where', { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }],
  ['the address bar', { 'Sec-Fetch-Site': 'none' }],
  ['a page of this site over plain http', { Origin: url }],
  ['the page at PUBLIC_URL', { Origin: PUBLIC }],
  ['the page at PUBLIC_URL, another site to the API', { Origin: PUBLIC, 'Sec-Fetch-Site': 'same-site' }],
  ['a page of an allowed origin', { Origin: FRIEND, 'Sec-Fetch-Site': 'cross-site' }],
  ['a page of an allowed origin over plain http', { Origin: FRIEND }],
  ['a program', {}],
  ['a program that says how it fetches', { 'Sec-Fetch-Mode': 'cors' }],
]

test('requests of this site, of an allowed one and of programs are accepted', async () => {
  const { url, send, byForm, byJson } = await setUp()
  for (const [who, headers] of own(url)) {
    expect((await send(byForm, headers)).status, who).toBe(303)
    expect((await send(byJson, headers)).status, who).toBe(201)
  }
})

const foreign = (port: number): [string, Headers][] => [
  ['another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example.org' }],
  ['another site, without an origin', { 'Sec-Fetch-Site': 'cross-site' }],
  ['another site over plain http', { Origin: 'http://evil.example.org' }],
  ['a subdomain', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://x.polls.example.com' }],
  ['the same site, without an origin', { 'Sec-Fetch-Site': 'same-site' }],
  ['another port of this host', { 'Sec-Fetch-Site': 'same-site', Origin: `http://127.0.0.1:${port - 1}` }],
  ['another port of this host over plain http', { Origin: `http://127.0.0.1:${port - 1}` }],
  ['the standard port of this host', { Origin: 'http://127.0.0.1' }],
  ['this host over https', { Origin: `https://127.0.0.1:${port}` }],
  ['a name that begins like this host', { Origin: `http://127.0.0.1:${port}.evil.example.org` }],
  ['a sandboxed frame', { Origin: 'null' }],
  ['a sandboxed frame over https', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ['PUBLIC_URL by its path', { Origin: `${PUBLIC}/here` }],
  ['an origin that is empty', { Origin: '' }],
  ['a site that no browser says', { 'Sec-Fetch-Site': 'same-origin, cross-site' }],
  [
    'a host from an untrusted X-Forwarded-Host',
    { Origin: 'http://evil.example.org', 'X-Forwarded-Host': 'evil.example.org' },
  ],
]

test('requests of another site are refused, change nothing and leave the cookie as it is', async () => {
  const { port, poll, voter, send, byForm, byJson } = await setUp()
  const cookies = new Map(voter.cookies)
  for (const [who, headers] of foreign(port)) {
    for (const init of [byForm, byJson]) {
      const answer = await send(init, headers)
      expect(answer.status, who).toBe(403)
      await readProblem('cross-site-form', answer)
      expect(answer.headers.getSetCookie(), who).toEqual([])
    }
  }
  expect(voter.cookies).toEqual(cookies)
  expect(await voter.read(poll.id)).toMatchObject({ revision: 1, ownChoiceIds: [poll.choices[0]?.id] })
})

test('every route and method that may change something is closed to other sites', async () => {
  const { url, poll } = await setUp()
  const headers = { Origin: 'http://evil.example.org' }
  for (const path of [routes.polls, routes.poll(poll.id), routes.votes(poll.id), '/', '/new', '/api/nothing', '/x']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      await readProblem('cross-site-form', await fetch(url + path, { method, headers }))
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const answer = await fetch(url + path, { method, headers })
      expect(answer.status).not.toBe(403)
      await answer.body?.cancel()
    }
  }
})

test('behind a trusted proxy, this site is the host that the client sent to the proxy', async () => {
  const { url } = await openApp({ trustProxy: 1 })
  const { poll } = await createPoll(url)
  const vote = json({ choiceIds: [poll.choices[0]?.id] })
  const asked = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'Polls.example.com:443' }
  const send = (headers: Headers) =>
    fetch(url + routes.votes(poll.id), { ...vote, headers: { ...vote.headers, ...asked, ...headers } })
  expect((await send({ Origin: 'https://polls.example.com' })).status).toBe(201)
  await readProblem('cross-site-form', await send({ Origin: 'http://polls.example.com' }))
  await readProblem('cross-site-form', await send({ Origin: url }))
})
