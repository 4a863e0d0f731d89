import { randomUUID } from 'node:crypto'
import { pollSchema, votedSchema } from '@pollcast/shared/poll'
import { codeCountsSchema, codesSchema, createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { contents, query, recount } from '../../../testing/database.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { createPoll, form, json, Voter } from '../../../testing/voter.ts'

const withKey = (key: string, init: RequestInit): RequestInit => {
  return { ...init, headers: { ...init.headers, 'Idempotency-Key': key } }
}

const setUp = async (options: Parameters<typeof openApp>[0] = {}, maxChoices = 1) => {
  const app = await openApp(options)
  const { poll } = await createPoll(app.url, ['Tea', 'Coffee', 'Water'], maxChoices)
  const ids = poll.choices.map((choice) => choice.id) as [number, number, number]
  const vote = (voter: Voter, key: string, ...choiceIds: number[]) =>
    voter.ask(routes.votes(poll.id), withKey(key, json({ choiceIds })))
  const count = async () => (await new Voter(app.url).read(poll.id)).choices.map((choice) => choice.votes)
  return { ...app, poll, ids, vote, count, newcomer: () => new Voter(app.url) }
}

test('a first vote that is repeated with its key and no cookie counts once, for the same voter', async () => {
  const { url, poll, ids, vote, newcomer, databasePath } = await setUp()
  const key = randomUUID()
  const [lost, again] = [newcomer(), newcomer()]
  const first = await readAs(votedSchema, 201, await vote(lost, key, ids[0]))
  expect(await readAs(votedSchema, 201, await vote(again, key, ids[0]))).toEqual({ ...first, now: expect.any(String) })
  expect(first).toMatchObject({ totalVotes: 1, revision: 1 })
  // A client that got only the second answer can change the vote.
  expect(again.cookies).toEqual(lost.cookies)
  expect(await again.vote(poll.id, ids[1])).toMatchObject({ totalVotes: 1 })
  expect(await again.read(poll.id)).toMatchObject(await recount(databasePath, poll.id))
  expect((await new Voter(url).vote(poll.id, ids[0])).totalVotes).toBe(2)
})

test('a key that could be guessed gets nobody its voter’s cookie', async () => {
  const { ids, vote, newcomer, count } = await setUp()
  const [one, other] = [newcomer(), newcomer()]
  expect((await vote(one, 'order-0000000042', ids[0])).status).toBe(201)
  expect(one.id).toBeDefined()
  expect((await vote(other, 'order-0000000042', ids[0])).status).toBe(201)
  expect(other.id).toBeUndefined()
  expect(await count()).toEqual([1, 0, 0])
})

test('a key belongs to a voter and a poll: the same key of another voter, or in another poll, is another one', async () => {
  const { url, ids, vote, newcomer, count } = await setUp()
  const key = randomUUID()
  const [one, other] = [newcomer(), newcomer()]
  for (const voter of [one, other]) await voter.ask(routes.polls)
  await vote(one, key, ids[0])
  await vote(other, key, ids[1])
  const stranger = newcomer()
  await vote(stranger, key, ids[2])
  expect(await count()).toEqual([1, 1, 1])
  expect(new Set([one.id, other.id, stranger.id]).size).toBe(3)

  const { poll } = await createPoll(url)
  const inOtherPoll = json({ choiceIds: [poll.choices[0]?.id] })
  const cast = await one.ask(routes.votes(poll.id), withKey(key, inOtherPoll))
  expect(await readAs(votedSchema, 201, cast)).toMatchObject({ totalVotes: 1 })
})

test('an old vote that is repeated after a newer one changes nothing, with the cookie or without', async () => {
  const { ids, vote, newcomer, count, databasePath } = await setUp()
  const voter = newcomer()
  const [first, second] = [randomUUID(), randomUUID()]
  await vote(voter, first, ids[0])
  const { id } = voter
  const moved = await readAs(votedSchema, 201, await vote(voter, second, ids[1]))
  const before = await contents(databasePath)
  for (const again of [voter, newcomer()]) {
    expect(await readAs(votedSchema, 201, await vote(again, first, ids[0]))).toEqual({
      ...moved,
      now: expect.any(String),
    })
    expect(again.id).toBe(id)
  }
  expect(await count()).toEqual([0, 1, 0])
  expect(await contents(databasePath)).toEqual(before)
})

test('a repeated key with other choices is refused and not counted, and with the same choices it is the same vote', async () => {
  const { poll, ids, vote, newcomer, databasePath } = await setUp({}, 2)
  const voter = newcomer()
  await voter.read(poll.id)
  const key = randomUUID()
  await vote(voter, key, ids[0], ids[1])
  const before = await contents(databasePath)
  const { detail } = await readProblem('idempotency-key-reused', await vote(voter, key, ids[0]))
  expect(detail).toContain('new key')
  expect((await vote(voter, key, ids[1], ids[0])).status).toBe(201)
  const asForm = form(`choice=${ids[0]}&choice=${ids[1]}`)
  expect((await voter.ask(routes.votes(poll.id), withKey(key, asForm))).status).toBe(303)
  expect(await contents(databasePath)).toEqual(before)
})

test('one vote sent many times at once, with one key and no cookie, counts once', async () => {
  const { ids, vote, newcomer, count } = await setUp()
  const key = randomUUID()
  const voters = Array.from({ length: 40 }, newcomer)
  const answers = await Promise.all(voters.map((voter) => vote(voter, key, ids[2])))
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
  expect(new Set(voters.map((voter) => voter.id)).size).toBe(1)
  expect(await count()).toEqual([0, 0, 1])
})

test('a refused vote can be sent again with its key, and an accepted one is still acknowledged after the poll has closed', async () => {
  const { poll, ids, vote, newcomer, count, databasePath } = await setUp()
  const [key, late] = [randomUUID(), randomUUID()]
  const [voter, other] = [newcomer(), newcomer()]
  await vote(voter, key, ids[0])
  const setStatus = (status: string) =>
    query(databasePath, 'UPDATE poll SET status = ? WHERE id = ?', [status, poll.id])
  await setStatus('closed')
  expect((await vote(voter, key, ids[0])).status).toBe(201)
  await readProblem('poll-closed', await vote(other, late, ids[1]))
  await setStatus('open')
  expect((await vote(other, late, ids[1])).status).toBe(201)
  expect(await count()).toEqual([1, 1, 0])
})

test('a key is still known after a restart', async () => {
  const { url: _, poll, ids, vote, newcomer, close, databasePath } = await setUp()
  const key = randomUUID()
  const voter = newcomer()
  await vote(voter, key, ids[0])
  await close()
  const { url } = await openApp({ databasePath })
  const again = new Voter(url)
  const init = withKey(key, json({ choiceIds: [ids[0]] }))
  expect(await readAs(votedSchema, 201, await again.ask(routes.votes(poll.id), init))).toMatchObject({
    totalVotes: 1,
  })
  expect(again.id).toBe(voter.id)
})

test('a key is read as the string of a structured field, and without quotes as many clients send it', async () => {
  const { poll, ids, vote, newcomer, databasePath } = await setUp()
  const voter = newcomer()
  await voter.read(poll.id)
  const rows = async () => (await query(databasePath, 'SELECT scope FROM idempotency_key')).length
  const keys = [
    ['x', '"x"', ' x '],
    ['"a b, c; d"', ' "a b, c; d" '],
    ['"quote \\" and \\\\ in it"'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ['b64+/==_~', '"b64+/==_~"'],
    [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ]
  for (const [index, same] of keys.entries()) {
    for (const key of same) expect((await vote(voter, key, ids[0])).status, key).toBe(201)
    expect(await rows(), same[0]).toBe(index + 1)
  }
})

test.each(['""', '', '"open', 'a"b', 'a, b', '"a", "b"', '"a";p=1', 'two words', '"\\n"', '"\u00fc"', 'k'.repeat(256)])(
  'an invalid key is refused, and the vote not counted: %s',
  async (key) => {
    const { poll, ids, vote, newcomer, count } = await setUp()
    const voter = newcomer()
    await voter.read(poll.id)
    const { detail } = await readProblem('invalid-idempotency-key', await vote(voter, key, ids[0]))
    expect(detail).toContain('UUID')
    expect(await count()).toEqual([0, 0, 0])
  },
)

test('without a cookie, a key that two clients could have by chance is refused', async () => {
  const { ids, vote, newcomer, count } = await setUp()
  const { detail } = await readProblem('invalid-idempotency-key', await vote(newcomer(), 'vote-1', ids[0]))
  expect(detail).toContain('16 characters')
  expect(await count()).toEqual([0, 0, 0])
})

const wanted = { question: 'Lunch?', choices: ['Pizza', 'Ramen'], maxChoices: 1 }

test('a new poll that is sent again with its key is the same poll, with the same host key', async () => {
  const { url, databasePath } = await openApp()
  const key = randomUUID()
  const make = () => fetch(url + routes.polls, withKey(key, json(wanted)))
  const answers = await Promise.all([make(), make(), make()])
  const made = await Promise.all(answers.map((answer) => readAs(createdPollSchema, 201, answer)))
  const steady = made.map(({ poll, room, hostKey }) => [poll.id, poll.revision, room.code, hostKey])
  expect(steady).toEqual([steady[0], steady[0], steady[0]])
  expect(made[0]?.hostKey).toMatch(/^[\w-]{32}$/)
  const polls = await query<{ id: string }>(databasePath, "SELECT id FROM poll WHERE question = 'Lunch?'")
  expect(polls).toEqual([{ id: made[0]?.poll.id }])
  // After a vote it is still that poll.
  const choiceId = made[0]?.poll.choices[1]?.id as number
  await new Voter(url).vote(made[0]?.poll.id as string, choiceId)
  expect((await readAs(createdPollSchema, 201, await make())).poll).toMatchObject({ totalVotes: 1 })
})

test('a key of another poll is refused, and two voters can use the same key', async () => {
  const { url, databasePath } = await openApp()
  const key = randomUUID()
  const maker = new Voter(url)
  await maker.ask(routes.polls)
  const make = (voter: Voter, poll: object) => voter.ask(routes.polls, withKey(key, json(poll)))
  const mine = await readAs(createdPollSchema, 201, await make(maker, wanted))
  for (const other of [
    { ...wanted, question: 'Dinner?' },
    { ...wanted, choices: ['Ramen', 'Pizza'] },
    { ...wanted, choices: ['Pizza', 'Ramen', 'Soup'] },
    { ...wanted, maxChoices: 2 },
    { ...wanted, voteMode: 'code' },
    { ...wanted, resultsVisibility: 'host' },
    { ...wanted, resultsFromVoters: 3 },
    { ...wanted, allowChange: false },
    { ...wanted, shuffleChoices: true },
    { ...wanted, publishBallots: true },
    { ...wanted, listed: true },
    { ...wanted, closesAt: new Date(Date.now() + 60_000).toISOString() },
  ]) {
    await readProblem('idempotency-key-reused', await make(maker, other))
  }
  const theirs = await readAs(createdPollSchema, 201, await make(new Voter(url), wanted))
  expect([theirs.poll.id, theirs.hostKey]).not.toContain(mine.poll.id)
  expect(theirs.hostKey).not.toBe(mine.hostKey)
  // Refused ones leave neither a poll nor a room.
  const rooms = await query(databasePath, "SELECT room_code FROM poll WHERE question = 'Lunch?'")
  expect(rooms).toHaveLength(2)
  expect(await query(databasePath, "SELECT 1 FROM room WHERE host_key_hash <> ''")).toHaveLength(2)
})

test('a key that could be guessed creates no poll, because the answer has the host key in it', async () => {
  const { url } = await openApp()
  const refused = await fetch(url + routes.polls, withKey('k'.repeat(21), json(wanted)))
  expect((await readProblem('invalid-idempotency-key', refused)).detail).toContain('22 characters')
})

test('what was left out and what is the default are the same poll, also after its host has edited it', async () => {
  const { url } = await openApp()
  const key = randomUUID()
  const make = async (poll: object) =>
    readAs(createdPollSchema, 201, await fetch(url + routes.polls, withKey(key, json(poll))))
  const { poll, room, hostKey } = await make(wanted)
  const host = new Host(url, room.code, hostKey ?? '')
  await host.change(poll.id, { question: 'Dinner?', allowChange: false })
  expect((await make({ ...wanted, minChoices: 1, allowChange: true, closesAt: null })).poll).toMatchObject({
    id: poll.id,
    question: 'Dinner?',
  })
})

const hosted = async () => {
  const app = await openApp()
  const made = await Host.ofPoll(app.url)
  const ask = (path: string, key: string, init: RequestInit = { method: 'POST' }) =>
    made.host.ask(path, withKey(key, init))
  return { ...app, ...made, ask }
}

test('a poll that is added to a room again with its key is added once, and another one is refused', async () => {
  const { host, ask, databasePath } = await hosted()
  const key = randomUUID()
  const add = (poll: object) => ask(routes.polls, key, json({ ...poll, roomCode: host.code }))
  const added = await Promise.all(
    [add(wanted), add(wanted)].map(async (answer) => readAs(createdPollSchema, 201, await answer)),
  )
  expect(new Set(added.map(({ poll }) => poll.id)).size).toBe(1)
  expect(await host.room()).toMatchObject({ polls: [{}, { question: 'Lunch?' }] })
  await readProblem('idempotency-key-reused', await add({ ...wanted, voteMode: 'code' }))
  // In another room it would be another poll.
  const other = await Host.ofRoom(host.url)
  const elsewhere = await other.ask(routes.polls, withKey(key, json({ ...wanted, roomCode: other.code })))
  await readProblem('idempotency-key-reused', elsewhere)
  expect(await query(databasePath, "SELECT 1 FROM poll WHERE question = 'Lunch?'")).toHaveLength(1)
})

test('a round that is asked for again with its key is not started twice, and who watches is told once', async () => {
  const { url, host, poll, ask, databasePath } = await hosted()
  const stream = await EventReader.open(url + poll.streamUrl)
  const start = async (key: string) => readAs(pollSchema, 201, await ask(routes.rounds(poll.id), key))
  const key = 'mine'
  expect((await Promise.all([start(key), start(key), start(key)])).map(({ round }) => round)).toEqual([2, 2, 2])
  const before = await contents(databasePath)
  expect(await start(key)).toMatchObject({ round: 2 })
  expect(await contents(databasePath)).toEqual(before)
  expect(await start(randomUUID())).toMatchObject({ round: 3 })
  await stream.nextLike(({ data }) => data.round === 3)
  expect(stream.events.filter(({ data }) => data.round === 2)).toHaveLength(1)
  expect(await host.actions()).toEqual(['created', 'round-started', 'round-started'])
  // Another poll's round is another request.
  const other = await host.add()
  expect(await readAs(pollSchema, 201, await ask(routes.rounds(other.id), key))).toMatchObject({ round: 2 })
})

test('a copy that is asked for again with its key is the same copy', async () => {
  const { host, poll, ask } = await hosted()
  const copy = async (key: string) => (await readAs(pollSchema, 201, await ask(routes.copies(poll.id), key))).id
  const key = randomUUID()
  const made = await Promise.all([copy(key), copy(key)])
  expect(await copy(key)).toBe(made[0])
  expect(await copy(randomUUID())).not.toBe(made[0])
  expect((await host.room()).polls).toHaveLength(3)
  expect(made[1]).toBe(made[0])
})

test('codes that are asked for again with their key are told again and are no more than they were', async () => {
  const { host, ask, databasePath } = await hosted()
  const codes = async (key: string, count = 30, at = host) => {
    const answer = await at.ask(routes.roomCodes(at.code), withKey(key, json({ count })))
    return (await readAs(codesSchema, 201, answer)).codes
  }
  const key = randomUUID()
  const [told, again] = await Promise.all([codes(key), codes(key)])
  expect(new Set(told).size).toBe(30)
  for (const code of told) expect(code).toMatch(/^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/)
  expect(again).toEqual(told)
  await readProblem('idempotency-key-reused', await ask(routes.roomCodes(host.code), key, json({ count: 31 })))
  const others = [...(await codes(randomUUID())), ...(await codes(key, 30, await Host.ofRoom(host.url)))]
  expect(others.filter((code) => told.includes(code))).toEqual([])
  expect(await readAs(codeCountsSchema, 200, await host.ask(routes.roomCodes(host.code)))).toEqual({
    issued: 60,
    used: 0,
  })
  const stored = JSON.stringify(await contents(databasePath))
  for (const code of told) expect(stored).not.toContain(code.replace('-', ''))
})

test.each([routes.rounds, routes.copies])('an invalid key is refused, and nothing done (%#)', async (route) => {
  const { poll, ask, databasePath } = await hosted()
  const before = await contents(databasePath)
  await readProblem('invalid-idempotency-key', await ask(route(poll.id), 'two words'))
  expect(await contents(databasePath)).toEqual(before)
})

test('a vote with a one-time code that is sent again with its key counts once, after a restart too', async () => {
  const first = await openApp()
  const { host, poll } = await Host.ofPoll(first.url, { voteMode: 'code' })
  const [choice = 0] = poll.choices.map(({ id }) => id)
  const asked = await host.ask(routes.roomCodes(host.code), json({ count: 1 }))
  const [code] = (await readAs(codesSchema, 201, asked)).codes
  const key = randomUUID()
  const vote = (url: string) =>
    new Voter(url).ask(routes.votes(poll.id), withKey(key, json({ choiceIds: [choice], code })))
  for (let times = 0; times < 2; times += 1) {
    expect(await readAs(votedSchema, 201, await vote(first.url))).toMatchObject({ voters: 1 })
  }
  await first.close()
  const { url } = await openApp({ databasePath: first.databasePath })
  expect(await readAs(votedSchema, 201, await vote(url))).toMatchObject({ voters: 1, totalVotes: 1, revision: 1 })
})
