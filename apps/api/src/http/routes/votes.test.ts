import { limits } from '@pollcast/shared/limits'
import type { ProblemCode } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readProblem } from '../../../testing/answer.ts'
import { openApp, type RunningApp, sharedApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { contents, query, recount } from '../../../testing/database.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'

/** For what is refused. */
const shared = sharedApp()

const setUp = async (choices?: string[], maxChoices?: number) => withPoll(await openApp(), choices, maxChoices)

const withPoll = async (app: RunningApp, choices?: string[], maxChoices?: number) => {
  const { poll } = await createPoll(app.url, choices, maxChoices)
  const ids = poll.choices.map((choice) => choice.id) as [number, number, ...number[]]
  return { ...app, poll, ids, voter: new Voter(app.url) }
}

test('a vote is answered with the snapshot that includes it', async () => {
  const { voter, poll, ids } = await setUp()
  expect(await voter.vote(poll.id, ids[1])).toEqual({
    pollId: poll.id,
    view: 'public',
    round: 1,
    revision: 1,
    status: 'open',
    voters: 1,
    totalVotes: 1,
    resultsHidden: false,
    closesAt: null,
    now: expect.any(String),
    ownChoiceIds: [ids[1]],
    ownReceipt: expect.any(String),
    choices: [
      { id: ids[0], text: 'Tea', votes: 0 },
      { id: ids[1], text: 'Coffee', votes: 1 },
    ],
  })
  expect(await voter.read(poll.id)).toMatchObject({ revision: 1, totalVotes: 1, ownChoiceIds: [ids[1]] })
})

test('a voter who votes again changes their vote', async () => {
  const { voter, poll, ids, databasePath } = await setUp()
  await voter.vote(poll.id, ids[0])
  const moved = await voter.vote(poll.id, ids[1])
  expect(moved).toMatchObject({ revision: 2, totalVotes: 1, choices: [{ votes: 0 }, { votes: 1 }] })
  expect(moved).toMatchObject(await recount(databasePath, poll.id))
})

test('the same vote again changes nothing, and makes no new revision', async () => {
  const { voter, poll, ids, databasePath } = await setUp(['a', 'b', 'c'], 2)
  const first = await voter.vote(poll.id, ids[0], ids[1])
  const before = await contents(databasePath)
  expect(await voter.vote(poll.id, ids[1], ids[0], ids[1])).toEqual({ ...first, now: expect.any(String) })
  expect(await contents(databasePath)).toEqual(before)
})

test('a ballot with several choices counts once for each, and once as a ballot', async () => {
  const { voter, poll, ids, databasePath } = await setUp(['a', 'b', 'c'], 2)
  await voter.vote(poll.id, ids[0], ids[1])
  const moved = await voter.vote(poll.id, ids[1], ids[2] as number)
  expect(moved).toMatchObject({ voters: 1, totalVotes: 2 })
  expect(moved.choices.map((choice) => choice.votes)).toEqual([0, 1, 1])
  expect(moved).toMatchObject(await recount(databasePath, poll.id))
  expect((await voter.read(poll.id)).ownChoiceIds).toEqual([ids[1], ids[2]])
})

test('a new voter gets a signed cookie that scripts and other sites can’t use, and only the first time', async () => {
  const { voter, poll, ids } = await setUp()
  const first = await voter.ask(routes.votes(poll.id), json({ choiceIds: [ids[0]] }))
  const [cookie, ...others] = first.headers.getSetCookie()
  expect(cookie).toMatch(/^pollcast-[a-z0-9]{8}=[\w-]+\.[\w-]+; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/)
  expect(others).toEqual([])
  const second = await voter.ask(routes.votes(poll.id), json({ choiceIds: [ids[1]] }))
  expect(second.headers.getSetCookie()).toEqual([])
})

test('behind a trusted proxy with HTTPS the cookie is for HTTPS only, and an untrusted proxy is ignored', async () => {
  const secure = async (trustProxy: false | 1) => {
    const { url } = await openApp({ trustProxy })
    const { poll } = await createPoll(url)
    const vote = json({ choiceIds: [poll.choices[0]?.id] })
    const headers = { ...vote.headers, 'X-Forwarded-Proto': 'https' }
    const { headers: answered } = await fetch(url + routes.votes(poll.id), { ...vote, headers })
    return answered.getSetCookie().map((cookie) => /; secure/i.test(cookie))
  }
  expect(await secure(1)).toEqual([true])
  expect(await secure(false)).toEqual([false])
})

test('a voter is still the same one after a restart', async () => {
  const { voter, poll, ids, databasePath, close } = await setUp()
  await voter.vote(poll.id, ids[0])
  await close()
  const { url } = await openApp({ databasePath })
  const again = new Voter(url)
  for (const [name, value] of voter.cookies) again.cookies.set(name, value)
  expect(await again.vote(poll.id, ids[1])).toMatchObject({ revision: 2, totalVotes: 1 })
})

test('a form is answered with a redirect to the poll, and counts like any vote', async () => {
  const { voter, poll, ids } = await setUp(['a', 'b', 'c'], 2)
  const answer = await voter.ask(routes.votes(poll.id), form(`choice=${ids[0]}&choice=${ids[1]}`))
  expect([answer.status, answer.headers.get('Location')]).toEqual([303, routes.pollPage(poll.id)])
  expect(await voter.read(poll.id)).toMatchObject({ voters: 1, totalVotes: 2, ownChoiceIds: [ids[0], ids[1]] })
})

interface Fixture {
  pollId: string
  /** Choices of the poll, of which a vote may have one. */
  ids: [number, number, ...number[]]
  /** A choice of another poll. */
  foreign: number
  closedPollId: string
}

const body = (type: string | undefined, content: string | Buffer): RequestInit => ({
  method: 'POST',
  // Without a type, fetch would set its own for a string.
  body: new Uint8Array(Buffer.from(content)),
  ...(type !== undefined && { headers: { 'Content-Type': type } }),
})

const refusals: [string, ProblemCode, (fixture: Fixture) => RequestInit, ((fixture: Fixture) => string)?][] = [
  ['for an unknown poll', 'poll-not-found', ({ ids }) => json({ choiceIds: [ids[0]] }), () => 'zzzzzzzz'],
  ['for an id that no poll can have', 'poll-not-found', ({ ids }) => json({ choiceIds: [ids[0]] }), () => "'; --"],
  ['by form for an unknown poll', 'poll-not-found', ({ ids }) => form(`choice=${ids[0]}`), () => 'zzzzzzzz'],
  ['on a closed poll', 'poll-closed', ({ ids }) => json({ choiceIds: [ids[0]] }), (fixture) => fixture.closedPollId],
  ['for an unknown choice', 'choice-not-found', () => json({ choiceIds: [999_999_999] })],
  ['for a choice beyond any stored number', 'choice-not-found', () => json({ choiceIds: [Number.MAX_SAFE_INTEGER] })],
  ['by form for an unknown choice', 'choice-not-found', () => form('choice=999999999')],
  ["for another poll's choice", 'choice-of-another-poll', ({ foreign }) => json({ choiceIds: [foreign] })],
  ["by form for another poll's choice", 'choice-of-another-poll', ({ foreign }) => form(`choice=${foreign}`)],
  ['for no choice', 'no-choice', () => json({ choiceIds: [] })],
  ['by a form without a choice', 'no-choice', () => form('')],
  ['for too many choices', 'too-many-choices', ({ ids }) => json({ choiceIds: ids })],
  ['by form for too many choices', 'too-many-choices', ({ ids }) => form(`choice=${ids[0]}&choice=${ids[1]}`)],
  ['that is not JSON', 'malformed-json', () => body('application/json', '{"choiceIds": [1')],
  ['that is empty', 'malformed-json', () => body('application/json', '')],
  ['that is larger than any poll', 'body-too-large', () => json({ choiceIds: [1], pad: 'x'.repeat(45_000) })],
  ['by a form larger than any poll', 'body-too-large', () => form(`choice=1&pad=${'x'.repeat(45_000)}`)],
  ['as plain text', 'unsupported-media-type', ({ ids }) => body('text/plain', JSON.stringify({ choiceIds: [ids[0]] }))],
  ['as XML', 'unsupported-media-type', () => body('application/xml', '<vote/>')],
  ['as multipart', 'unsupported-media-type', () => body('multipart/form-data; boundary=x', '--x--')],
  ['of no type', 'unsupported-media-type', ({ ids }) => body(undefined, JSON.stringify({ choiceIds: [ids[0]] }))],
  ['without choiceIds', 'invalid-body', () => json({})],
  ['that is null', 'invalid-body', () => json(null)],
  ['that is a list', 'invalid-body', ({ ids }) => json(ids)],
  ['whose choiceIds are one number', 'invalid-body', ({ ids }) => json({ choiceIds: ids[0] })],
  ['whose choiceIds are strings', 'invalid-body', ({ ids }) => json({ choiceIds: [String(ids[0])] })],
  ['for half a choice', 'invalid-body', () => json({ choiceIds: [1.5] })],
  ['for choice 0', 'invalid-body', () => json({ choiceIds: [0] })],
  ['with something else in it', 'invalid-body', ({ ids }) => json({ choiceIds: [ids[0]], voterId: 'me' })],
  ['by form for a word', 'invalid-body', () => form('choice=tea')],
  ['by form for an empty choice', 'invalid-body', () => form('choice=')],
  ['by form for a hexadecimal number', 'invalid-body', () => form('choice=0x1')],
  ['for more choices than any poll has', 'invalid-body', () => json({ choiceIds: Array(51).fill(1) })],
  ['by form for more choices than any poll has', 'invalid-body', () => form('choice=1&'.repeat(51))],
  ['by a form of too many fields', 'invalid-body', () => form('a&'.repeat(101))],
  ['in another character set', 'unsupported-media-type', () => body('application/json; charset=iso-8859-1', '{}')],
  ['in two character sets', 'unsupported-media-type', () => body('application/json;charset=utf-8;charset=ucs2', '{}')],
  [
    'by form in another character set',
    'unsupported-media-type',
    () => body('application/x-www-form-urlencoded; charset="windows-1252"', 'choice=1'),
  ],
  ['in bytes that are not UTF-8', 'malformed-request', () => body('application/json', Buffer.from('"\xe9"', 'latin1'))],
  [
    'by form in bytes that are not UTF-8',
    'malformed-request',
    () => body('application/x-www-form-urlencoded', Buffer.from('choice=\xe9', 'latin1')),
  ],
  ['by form with percent-encoding that is not UTF-8', 'invalid-body', () => form('choice=1&note=%FF')],
  ['by form with invalid percent-encoding', 'invalid-body', () => form('choice=1&50%off=1')],
  ['by form with NUL', 'invalid-body', () => form('choice=1%00')],
]

test.each(refusals)('a vote %s is refused as %s, sets no cookie and changes nothing', async (_, code, init, on) => {
  const { url, poll, ids, databasePath, errors } = await withPoll(shared())
  const { poll: other } = await createPoll(url)
  const { poll: closed } = await createPoll(url)
  await query(databasePath, "UPDATE poll SET status = 'closed' WHERE id = ?", [closed.id])
  const fixture = { pollId: poll.id, ids, foreign: other.choices[0]?.id as number, closedPollId: closed.id }
  await new Voter(url).vote(poll.id, ids[1])

  const before = await contents(databasePath)
  const answer = await new Voter(url).ask(
    routes.votes(encodeURIComponent((on ?? (() => poll.id))(fixture))),
    init(fixture),
  )
  const problem = await readProblem(code, answer)
  expect(problem.errors !== undefined).toBe(code === 'invalid-body' || /choice/.test(code))
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(await contents(databasePath)).toEqual(before)
  expect(errors).toEqual([])
})

test('a refusal names the path in the body', async () => {
  const { voter, poll } = await setUp()
  const answer = await voter.ask(routes.votes(poll.id), json({ choiceIds: [1, 'two'], more: true }))
  const { errors } = await readProblem('invalid-body', answer)
  expect(errors?.map((error) => error.path)).toEqual(['choiceIds.1', 'more'])
})

test('a body with thousands of choices is refused with a short answer, and counts towards the limit', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  const { poll } = await createPoll(url)
  const voter = new Voter(url)
  await voter.vote(poll.id, poll.choices[0]?.id as number)
  const huge = json({ choiceIds: Array(16_000).fill(0) })
  for (let index = 0; index < 60; index += 1) {
    const answer = await voter.ask(routes.votes(poll.id), huge)
    expect(Buffer.byteLength(await answer.clone().text())).toBeLessThan(400)
    const { errors } = await readProblem('invalid-body', answer)
    expect(errors).toEqual([{ path: 'choiceIds', message: `At most ${limits.maxChoices} choices.` }])
  }
  await readProblem('too-many-requests', await voter.ask(routes.votes(poll.id), huge))
})

test('a body may say that it is UTF-8, and may begin with a byte order mark', async () => {
  const { url, poll, ids } = await setUp()
  const text = JSON.stringify({ choiceIds: [ids[0]] })
  for (const [type, content] of [
    ['application/json; charset=UTF-8', text],
    ['application/json;charset="utf8"', text],
    ['application/json', `\ufeff${text}`],
  ] as const) {
    const answer = await fetch(url + routes.votes(poll.id), body(type, content))
    expect(answer.status, await answer.text()).toBe(201)
  }
  const fields = body('application/x-www-form-urlencoded; charset=utf-8', `\ufeffchoice=${ids[0]}&note=caf%C3%A9+é`)
  expect((await new Voter(url).ask(routes.votes(poll.id), fields)).status).toBe(303)
})

test('a body that is larger than it says is cut off', async () => {
  const { url, poll } = await setUp()
  const chunks = async function* () {
    for (let sent = 0; sent < 100; sent += 1) yield Buffer.alloc(1024, 'x')
  }
  const init = { method: 'POST', body: chunks(), duplex: 'half', headers: { 'Content-Type': 'application/json' } }
  await readProblem('body-too-large', await fetch(url + routes.votes(poll.id), init as unknown as RequestInit))
})

test('200 votes of 200 voters at once make 200 ballots and 200 revisions', async () => {
  const { url, poll, ids, databasePath, errors } = await setUp()
  const voters = Array.from({ length: 200 }, () => new Voter(url))
  const answers = await Promise.all(voters.map((voter, index) => voter.vote(poll.id, ids[index % 2] as number)))
  expect(new Set(voters.map((voter) => voter.id)).size).toBe(200)
  expect(Math.max(...answers.map((answer) => answer.revision))).toBe(200)
  const after = await new Voter(url).read(poll.id)
  expect(after).toMatchObject({ revision: 200, totalVotes: 200, choices: [{ votes: 100 }, { votes: 100 }] })
  expect(after).toMatchObject(await recount(databasePath, poll.id))
  expect(errors).toEqual([])
})

test('one voter who votes in 40 tabs at once has one ballot', async () => {
  const { voter, poll, ids, databasePath } = await setUp()
  await voter.vote(poll.id, ids[0])
  await Promise.all(Array.from({ length: 40 }, (_, tab) => voter.vote(poll.id, ids[tab % 2] as number)))
  const after = await voter.read(poll.id)
  expect(after.totalVotes).toBe(1)
  expect(after).toMatchObject(await recount(databasePath, poll.id))
})

test('a voter who votes too often is told when to try again, and other voters are not affected', async () => {
  stopClock()
  const { url, databasePath } = await openApp({ rateLimit: true })
  const { poll } = await createPoll(url)
  const voter = new Voter(url)
  const choiceIds = (index: number) => [poll.choices[index % 2]?.id]
  let answer = await voter.ask(routes.votes(poll.id), json({ choiceIds: choiceIds(0) }))
  for (let index = 1; index < 100 && answer.status === 201; index += 1) {
    answer = await voter.ask(routes.votes(poll.id), json({ choiceIds: choiceIds(index) }))
  }
  await readProblem('too-many-requests', answer)
  const seconds = Number(answer.headers.get('Retry-After'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)

  const before = await contents(databasePath)
  await readProblem('too-many-requests', await voter.ask(routes.votes(poll.id), json({ choiceIds: choiceIds(0) })))
  await readProblem('too-many-requests', await voter.ask(routes.votes(poll.id), json({ choiceIds: choiceIds(1) })))
  expect(await contents(databasePath)).toEqual(before)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id as number)
})

test('with RATE_LIMIT off nobody is limited', async () => {
  const { voter, poll, ids } = await setUp()
  for (let index = 0; index < 100; index += 1) await voter.vote(poll.id, ids[index % 2] as number)
  expect(await voter.read(poll.id)).toMatchObject({ revision: 100, totalVotes: 1 })
})

test('the largest poll accepts a ballot with all of its choices', async () => {
  const texts = Array.from({ length: limits.maxChoices }, (_, index) => `Choice ${index}`)
  const { voter, poll, ids } = await setUp(texts, limits.maxChoices)
  expect((await voter.vote(poll.id, ...ids)).choices.every((choice) => choice.votes === 1)).toBe(true)
})
