import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pollListSchema } from '@pollcast/shared/poll'
import { codesSchema, createdPollSchema, newHostKeySchema, roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { contents, query } from '../../../testing/database.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { until } from '../../../testing/until.ts'
import { bearer, json, patch, Voter } from '../../../testing/voter.ts'
import { DAY_MS } from '../../lib/time.ts'

const setUp = async () => {
  const app = await openApp()
  const { host, poll } = await Host.ofPoll(app.url)
  const room = async () => readAs(roomSchema, 200, await fetch(app.url + routes.room(host.code)))
  const watch = (headers?: Record<string, string>) => EventReader.open(app.url + routes.roomStream(host.code), headers)
  return { ...app, host, poll, room, watch }
}

test('a poll makes its room, which shows it at once under a code of six digits', async () => {
  const { url, host, poll, room } = await setUp()
  expect(host.code).toMatch(/^\d{6}$/)
  const shown = await room()
  expect(shown).toMatchObject({
    code: host.code,
    title: '',
    currentPollId: poll.id,
    poll: { id: poll.id, roomCode: host.code, view: 'public' },
    streamUrl: routes.roomStream(host.code),
    joinUrl: url + routes.roomPage(host.code),
  })
  for (const name of ['polls', 'log', 'watching']) expect(shown).not.toHaveProperty(name)
})

test('a room can be made without polls, and its first poll is on at once', async () => {
  const { url } = await setUp()
  const host = await Host.ofRoom(url, '  Team\nlunch ')
  expect(await host.room()).toMatchObject({ title: 'Team lunch', currentPollId: null, poll: null, polls: [] })
  const [first, second] = [await host.add(), await host.add()]
  expect(await host.room()).toMatchObject({
    currentPollId: first.id,
    polls: [
      { id: first.id, status: 'open' },
      { id: second.id, status: 'open' },
    ],
  })
})

test('what is wrong with a title is said in words, in a new room and in one that is there', async () => {
  const { url, host } = await setUp()
  for (const [title, message] of [
    [5, 'Enter a text.'],
    [null, 'Enter a text.'],
    [['Lunch'], 'Enter a text.'],
    ['x'.repeat(121), 'At most 120 characters.'],
    ['not \u202eevil', "Contains characters that can't be used in a text."],
  ] as const) {
    const made = await fetch(url + routes.rooms, json({ title }))
    const changed = await host.ask(routes.room(host.code), patch({ title }))
    for (const answer of [made, changed]) {
      expect((await readProblem('invalid-body', answer)).errors).toEqual([{ path: 'title', message }])
    }
  }
})

test.each([
  ['in two code points', 'Cafe\u0301', 'Caf\u00e9'],
  ['with characters at its ends that are not seen', '\u200b\u2003 Lunch \ufeff', 'Lunch'],
  ['of three blanks', '   ', ''],
  ['of a Braille blank', '\u2800', ''],
  ['of a Hangul filler', '\u3164', ''],
  ['of a combining mark alone', '\u0301', ''],
])('a title %s is kept as it looks', async (_, title, kept) => {
  const { url } = await setUp()
  const host = await Host.ofRoom(url, title)
  expect((await host.room()).title).toBe(kept)
  await host.changeRoom({ title: 'Another' })
  expect((await host.changeRoom({ title })).title).toBe(kept)
})

test('a poll joins a room with the key of its host alone, and no other key is told', async () => {
  const { url, host, databasePath } = await setUp()
  const { host: other } = await Host.ofPoll(url)
  const wanted = json({ question: 'And?', choices: ['a', 'b'], roomCode: host.code })
  const before = await contents(databasePath)
  for (const headers of [{}, bearer(other.key), bearer('x'.repeat(32))]) {
    const answer = await fetch(url + routes.polls, { ...wanted, headers: { ...wanted.headers, ...headers } })
    await readProblem('invalid-host-key', answer)
  }
  expect(await contents(databasePath)).toEqual(before)
  const spaced = json({
    question: 'And?',
    choices: ['a', 'b'],
    roomCode: ` ${host.code.slice(0, 3)}-${host.code.slice(3)}`,
  })
  const made = await readAs(createdPollSchema, 201, await host.ask(routes.polls, spaced))
  expect(made).not.toHaveProperty('hostKey')
  expect(made.poll.roomCode).toBe(host.code)
})

test('a poll is made in no room that is not there or was deleted', async () => {
  const { host } = await setUp()
  const into = (roomCode: string) => json({ question: 'And?', choices: ['a', 'b'], roomCode })
  await readProblem('room-not-found', await host.ask(routes.polls, into('000000')))
  await readProblem('room-not-found', await host.ask(routes.polls, into('six digits')))
  expect((await host.ask(routes.room(host.code), { method: 'DELETE' })).status).toBe(204)
  await readProblem('room-deleted', await host.ask(routes.polls, into(host.code)))
})

test('the key of one room opens nothing of another', async () => {
  const { url, host, poll, databasePath } = await setUp()
  const { host: other } = await Host.ofPoll(url)
  const before = await contents(databasePath)
  for (const key of [other.key, 'x'.repeat(32)]) {
    const intruder = new Host(url, host.code, key)
    for (const [path, init] of [
      [routes.poll(poll.id), {}],
      [routes.poll(poll.id), patch({ status: 'closed' })],
      [routes.poll(poll.id), { method: 'DELETE' }],
      [routes.rounds(poll.id), { method: 'POST' }],
      [routes.rounds(poll.id), {}],
      [routes.copies(poll.id), { method: 'POST' }],
      [routes.stream(poll.id), {}],
      [routes.resultsCsv(poll.id), {}],
      [routes.resultsJson(poll.id), {}],
      [routes.ballotsCsv(poll.id), {}],
      [routes.room(host.code), {}],
      [routes.room(host.code), patch({ title: 'Mine' })],
      [routes.room(host.code), { method: 'DELETE' }],
      [routes.roomKey(host.code), { method: 'POST' }],
      [routes.roomCodes(host.code), json({ count: 1 })],
      [routes.roomCodes(host.code), {}],
      [routes.roomStream(host.code), {}],
      [routes.roomResultsCsv(host.code), {}],
      [routes.roomResultsJson(host.code), {}],
      [routes.roomBallotsCsv(host.code), {}],
      [`${routes.streams}?polls=${poll.id}`, {}],
    ] as const) {
      await readProblem('invalid-host-key', await intruder.ask(path, init))
    }
  }
  expect(await contents(databasePath)).toEqual(before)
})

test.each([
  ['a space', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ['a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['an en dash', (code: string) => `${code.slice(0, 3)}–${code.slice(3)}`],
  ['a trailing dot', (code: string) => `${code}.`],
  ['spaces around', (code: string) => ` ${code} `],
  ['a zero-width space', (code: string) => `${code}\u200b`],
])('a code with %s finds its room', async (_, write) => {
  const { url, host } = await setUp()
  const path = routes.room(encodeURIComponent(write(host.code)))
  expect(await readAs(roomSchema, 200, await fetch(url + path))).toMatchObject({ code: host.code })
})

test.each(['12345', '1234567890', 'abcdef', '12345a', '٤٧٢٩١٥'])('a code such as %j is no room’s', async (code) => {
  const { url } = await setUp()
  const answer = await fetch(url + routes.room(encodeURIComponent(code)))
  await readProblem('room-not-found', answer)
})

test('with RATE_LIMIT on, an address that tries codes is refused for a while, with a right one too, and others are not', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  const { host } = await Host.ofPoll(url)
  const from = (address: string, code: string) =>
    fetch(url + routes.room(code), { headers: { 'X-Forwarded-For': address } })
  const wrong = host.code === '111111' ? '111112' : '111111'
  const statuses: number[] = []
  for (let tried = 0; tried < 62; tried += 1) statuses.push((await from('192.0.2.1', wrong)).status)
  expect(statuses.slice(0, 60)).toEqual(Array(60).fill(404))
  expect(statuses.slice(60)).toEqual([429, 429])
  const refused = await from('192.0.2.1', host.code)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
  await readProblem('too-many-requests', refused)
  expect((await from('192.0.2.2', host.code)).status).toBe(200)
})

test('who tries codes keeps nobody out who is known behind the same router, and is refused as a voter too', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  const { host, poll } = await Host.ofPoll(url)
  const behind = { headers: { 'X-Forwarded-For': '192.0.2.1' } }
  const [known, guesser, stranger] = [new Voter(url), new Voter(url), new Voter(url)]
  const statusOf = async (voter: Voter, code: string) => (await voter.ask(routes.room(code), behind)).status
  for (const voter of [known, guesser]) await voter.ask(routes.poll(poll.id), behind)
  const wrong = host.code === '111111' ? '111112' : '111111'
  for (let tried = 0; tried < 61; tried += 1) await statusOf(stranger, wrong)
  expect([await statusOf(stranger, host.code), await statusOf(known, host.code)]).toEqual([429, 200])
  expect(await statusOf(known, wrong)).toBe(404)

  // With a cookie, ten can be tried at once.
  const statuses: number[] = []
  for (let tried = 0; tried < 11; tried += 1) statuses.push(await statusOf(guesser, wrong))
  expect(statuses).toEqual([...Array(10).fill(404), 429])
  expect([await statusOf(guesser, host.code), await statusOf(known, host.code)]).toEqual([429, 200])

  // Nor does a new cookie help: those that are given out meanwhile owe a proof of work, and count as none.
  const renewed = new Voter(url)
  await renewed.ask(routes.poll(poll.id), behind)
  expect(await statusOf(renewed, host.code)).toBe(429)
})

test('who tries codes with ever new cookies gets six hundred of an address, and then none', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true, trustProxy: 1 })
  const { host, poll } = await Host.ofPoll(url)
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
  const statusOf = async (voter: Voter, code: string, address = '192.0.2.1') =>
    (await voter.ask(routes.room(code), from(address))).status
  const voters = Array.from({ length: 62 }, () => new Voter(url))
  for (const voter of voters) await voter.ask(routes.poll(poll.id), from('192.0.2.1'))
  const [last, bystander] = voters.splice(-2) as [Voter, Voter]
  const wrong = host.code === '111111' ? '111112' : '111111'
  const statuses: number[] = []
  for (const voter of voters) {
    for (let tried = 0; tried < 10; tried += 1) statuses.push(await statusOf(voter, wrong))
  }
  expect(statuses).toEqual(Array(600).fill(404))
  expect(await statusOf(bystander, host.code)).toBe(200)
  expect(await statusOf(last, wrong)).toBe(429)
  expect([await statusOf(last, host.code), await statusOf(bystander, host.code)]).toEqual([429, 429])
  expect(await statusOf(bystander, host.code, '192.0.2.2')).toBe(200)
})

test('a move is one event with the poll in it, and who comes late lands on it', async () => {
  const { url, host, poll, watch } = await setUp()
  const next = await host.add()
  const early = await watch()
  expect(await early.next()).toMatchObject({ event: 'room', data: { currentPollId: poll.id, poll: { id: poll.id } } })
  const moved = await host.move(next.id)
  expect(moved.poll?.id).toBe(next.id)
  const event = await early.next()
  expect(event).toMatchObject({
    event: 'room',
    data: { currentPollId: next.id, poll: { id: next.id, question: 'What else?', status: 'open', view: 'public' } },
  })
  for (const name of ['polls', 'log', 'watching']) expect(event.data).not.toHaveProperty(name)
  for (const name of ['ownChoiceIds', 'ownReceipt']) expect(event.data.poll).not.toHaveProperty(name)
  await new Voter(url).vote(next.id, next.choices[0]?.id ?? 0)
  expect(await early.next()).toMatchObject({ event: 'update', data: { pollId: next.id, voters: 1 } })
  expect(early.unread).toBe(0)
  const late = await watch()
  expect(await late.next()).toMatchObject({ event: 'room', data: { poll: { id: next.id, voters: 1 } } })
})

test('a move closes the poll before, tells it on its own stream, and going back leaves it closed', async () => {
  const { url, host, poll } = await setUp()
  const next = await host.add()
  const stream = await EventReader.open(url + poll.streamUrl)
  await stream.next()
  await host.move(next.id)
  expect(await stream.next()).toMatchObject({ event: 'update', data: { status: 'closed' } })
  await readProblem('poll-closed', await fetch(url + routes.votes(poll.id), json({ choiceIds: [poll.choices[0]?.id] })))
  const back = await host.move(poll.id)
  expect(back).toMatchObject({ currentPollId: poll.id, poll: { status: 'closed' } })
  expect((await host.read(next.id)).status).toBe('closed')
})

test('a move with closePrevious false leaves the poll before open, and one to null shows that the next comes soon', async () => {
  const { host, poll, room, watch } = await setUp()
  const next = await host.add()
  await host.move(next.id, false)
  expect((await host.read(poll.id)).status).toBe('open')
  const stream = await watch()
  await stream.next()
  await host.move(null)
  expect(await stream.next()).toMatchObject({ event: 'room', data: { currentPollId: null, poll: null } })
  expect(await room()).toMatchObject({ currentPollId: null, poll: null })
  expect((await host.read(next.id)).status).toBe('closed')
  await host.move(poll.id)
  expect(await stream.next()).toMatchObject({ event: 'room', data: { poll: { id: poll.id, status: 'open' } } })
})

test('a move is undone: the poll before is on again, open and with its votes, and every tab is back on it', async () => {
  const { url, host, poll, watch } = await setUp()
  const next = await host.add()
  const voter = new Voter(url)
  await voter.vote(poll.id, poll.choices[0]?.id ?? 0)
  const stream = await watch()
  await stream.next()
  await host.move(next.id)
  await voter.vote(next.id, next.choices[0]?.id ?? 0)
  await host.move(poll.id, false)
  await host.change(poll.id, { status: 'open' })
  const back = await stream.nextLike(
    ({ data }) => (data.poll ?? data).status === 'open' && data.currentPollId !== next.id,
  )
  expect(back.data.poll ?? back.data).toMatchObject({ voters: 1 })
  expect(await host.room()).toMatchObject({
    currentPollId: poll.id,
    poll: { status: 'open', voters: 1 },
    // What was on meanwhile keeps its votes, and stays open.
    polls: [{ id: poll.id }, { id: next.id, status: 'open', voters: 1 }],
  })
  expect(await voter.vote(poll.id, poll.choices[1]?.id ?? 0)).toMatchObject({ voters: 1, round: 1 })
  expect((await host.actions()).slice(-3)).toEqual(['moved', 'moved', 'opened'])
})

test('a move to where the room is already changes nothing and tells nobody', async () => {
  const { url, host, poll, watch, databasePath } = await setUp()
  const stream = await watch()
  await stream.next()
  const before = await contents(databasePath)
  expect((await host.move(poll.id)).poll).toMatchObject({ id: poll.id, status: 'open' })
  expect(await contents(databasePath)).toEqual(before)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  expect(await stream.next()).toMatchObject({ event: 'update', data: { voters: 1 } })
})

test('a stranger finds nothing of a poll that has not been on', async () => {
  const { url, host, poll, room, watch } = await setUp()
  const stream = await watch()
  await stream.next()
  const next = await host.add({ question: 'The surprise?', listed: true })
  const { text } = await fetch(url + routes.room(host.code)).then(async (answer) => ({ text: await answer.text() }))
  const { polls } = await readAs(pollListSchema, 200, await fetch(url + routes.polls))
  const csv = await (await fetch(url + routes.roomResultsCsv(host.code))).text()
  const document = await (await fetch(url + routes.roomResultsJson(host.code))).text()
  for (const seen of [text, JSON.stringify(polls), csv, document, stream.text]) {
    expect(seen).not.toContain(next.id)
    expect(seen).not.toContain('surprise')
  }
  await host.change(next.id, { question: 'The other surprise?' })
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  expect((await stream.next()).event).toBe('update')
  expect(stream.unread).toBe(0)
  await host.move(next.id)
  expect((await room()).poll?.question).toBe('The other surprise?')
  expect((await readAs(pollListSchema, 200, await fetch(url + routes.polls))).polls[0]?.id).toBe(next.id)
})

test.each([
  ['a poll of another room', async (_: Host, foreign: string) => ({ currentPollId: foreign }), 'poll-of-another-room'],
  ['an order without one of its polls', async (host: Host) => ({ pollIds: [(await host.add()).id] }), 'invalid-body'],
  [
    'an order with a poll of another room',
    async (_: Host, foreign: string): Promise<object> => ({ pollIds: [foreign] }),
    'invalid-body',
  ],
  ['a title that is too long', async () => ({ title: 'x'.repeat(121) }), 'invalid-body'],
  ['no id of a poll', async () => ({ currentPollId: 'POLL' }), 'invalid-body'],
  ['closePrevious that is no flag', async () => ({ currentPollId: null, closePrevious: 'no' }), 'invalid-body'],
  ['an order that is no list', async () => ({ pollIds: 'abc' }), 'invalid-body'],
  ['an order of numbers', async () => ({ pollIds: [7] }), 'invalid-body'],
  ['a field that is not there', async () => ({ code: '123456' }), 'invalid-body'],
] as const)('a room is not changed by %s', async (_, bodyOf, code) => {
  const { url, host, databasePath } = await setUp()
  const { poll: foreign } = await Host.ofPoll(url)
  const body = await bodyOf(host, foreign.id)
  const before = await contents(databasePath)
  const problem = await readProblem(code, await host.ask(routes.room(host.code), patch(body)))
  expect(await contents(databasePath)).toEqual(before)
  expect(problem.detail).not.toMatch(/Invalid|expected|received/)
  expect(problem.errors?.map(({ path }) => path.replace(/\.\d+$/, ''))).toEqual(Object.keys(body).slice(-1))
})

test('a room’s polls are put in another order, which moves nobody', async () => {
  const { host, poll, watch } = await setUp()
  const [second, third] = [await host.add(), await host.add()]
  const stream = await watch()
  await stream.next()
  const reordered = await host.changeRoom({ pollIds: [third.id, poll.id, second.id] })
  expect(reordered.polls?.map(({ id }) => id)).toEqual([third.id, poll.id, second.id])
  expect((await host.room()).polls?.map(({ id }) => id)).toEqual([third.id, poll.id, second.id])
  await host.changeRoom({ title: 'Lunch' })
  expect(await stream.next()).toMatchObject({ event: 'room', data: { title: 'Lunch', currentPollId: poll.id } })
})

test('a deleted room ends its streams and those of its polls, and is gone with all that it held', async () => {
  const { url, host, poll, watch, databasePath } = await setUp()
  const next = await host.add({ question: 'A secret?' })
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const streams = [await watch(), await watch(bearer(host.key)), await EventReader.open(url + poll.streamUrl)]
  for (const stream of streams) await stream.next()
  expect((await host.ask(routes.room(host.code), { method: 'DELETE' })).status).toBe(204)
  for (const stream of streams) {
    expect(await stream.nextLike(({ event }) => event === 'end')).toMatchObject({ data: { reason: 'deleted' } })
    await until(() => stream.ended)
  }
  for (const path of [
    routes.room(host.code),
    routes.roomStream(host.code),
    routes.roomResultsCsv(host.code),
    routes.roomResultsJson(host.code),
  ]) {
    await readProblem('room-deleted', await fetch(url + path))
  }
  for (const path of [routes.poll(poll.id), routes.stream(poll.id), routes.resultsCsv(poll.id), routes.poll(next.id)]) {
    await readProblem('poll-deleted', await fetch(url + path))
  }
  await readProblem('room-deleted', await host.ask(routes.room(host.code), patch({ title: 'Back' })))
  await readProblem('poll-deleted', await fetch(url + routes.votes(poll.id), json({ choiceIds: [1] })))
  const stored = JSON.stringify(await contents(databasePath))
  for (const text of ['A secret?', 'Coffee', 'What will you have?']) expect(stored).not.toContain(text)
  expect(await query(databasePath, 'SELECT * FROM ballot')).toEqual([])
})

test('a deleted poll leaves its room, which shows that nothing is on', async () => {
  const { host, poll, room, watch } = await setUp()
  const next = await host.add()
  const stream = await watch()
  await stream.next()
  expect((await host.ask(routes.poll(poll.id), { method: 'DELETE' })).status).toBe(204)
  expect(await stream.next()).toMatchObject({ event: 'room', data: { currentPollId: null, poll: null } })
  expect(stream.ended).toBe(false)
  expect(await room()).toMatchObject({ currentPollId: null, poll: null })
  expect((await host.room()).polls?.map(({ id }) => id)).toEqual([next.id])
  await host.move(next.id)
  expect(await stream.next()).toMatchObject({ event: 'room', data: { poll: { id: next.id } } })
})

test('a new host key takes the place of one that got out, whose streams end', async () => {
  const { url, host, poll, watch } = await setUp()
  const streams = [
    await watch(bearer(host.key)),
    await EventReader.open(url + poll.streamUrl, bearer(host.key)),
    await watch(),
  ]
  for (const stream of streams) await stream.next()
  const answer = await host.ask(routes.roomKey(host.code), { method: 'POST' })
  const { hostKey } = await readAs(newHostKeySchema, 201, answer)
  expect(hostKey).not.toBe(host.key)
  for (const stream of streams.slice(0, 2)) {
    expect(await stream.nextLike(({ event }) => event === 'end')).toMatchObject({ data: { reason: 'unauthorized' } })
    await until(() => stream.ended)
  }
  await readProblem('invalid-host-key', await host.ask(routes.room(host.code)))
  await readProblem('invalid-host-key', await host.ask(routes.stream(poll.id)))
  host.key = hostKey
  await host.change(poll.id, { status: 'closed' })
  expect(await streams[2]?.next()).toMatchObject({ event: 'update', data: { status: 'closed' } })
  expect(streams[2]?.ended).toBe(false)
  expect(await host.actions()).toContain('key-replaced')
})

test('a new host key is told again to who asks with the old one and the same Idempotency-Key, for a day, and to nobody else', async () => {
  const { url, host, poll } = await setUp()
  const old = host.key
  const [one, other] = [randomUUID(), randomUUID()]
  const replace = (hostKey: string, key: string) =>
    fetch(url + routes.roomKey(host.code), {
      method: 'POST',
      headers: { ...bearer(hostKey), 'Idempotency-Key': key },
    })
  const { hostKey } = await readAs(newHostKeySchema, 201, await replace(old, one))
  expect(await readAs(newHostKeySchema, 201, await replace(old, one))).toEqual({ hostKey })
  for (const key of [other, `${one}0`]) await readProblem('invalid-host-key', await replace(old, key))
  await readProblem('invalid-host-key', await replace('x'.repeat(32), one))
  await readProblem('invalid-host-key', await host.ask(routes.room(host.code)))
  await readProblem('invalid-idempotency-key', await replace(hostKey, 'guessed'))
  host.key = hostKey
  await host.change(poll.id, { status: 'closed' })
  expect((await host.actions()).filter((action) => action === 'key-replaced')).toHaveLength(1)

  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * DAY_MS)
  onTestFinished(() => now.mockRestore())
  await readProblem('invalid-host-key', await replace(old, one))
  now.mockRestore()

  // Once there is a third key, the second is told to nobody, and the same Idempotency-Key makes another one of each.
  const third = await readAs(newHostKeySchema, 201, await replace(hostKey, one))
  expect(third.hostKey).not.toBe(hostKey)
  await readProblem('invalid-host-key', await replace(old, one))
  expect(await readAs(newHostKeySchema, 201, await replace(hostKey, one))).toEqual(third)
})

test('the host sees all polls of the room live, who watches, and what was done', async () => {
  const { url, host, poll, watch } = await setUp()
  const stream = await EventReader.open(`${url + routes.roomStream(host.code)}?watching=on`, bearer(host.key))
  expect((await stream.next()).data.polls?.map(({ id }) => id)).toEqual([poll.id])
  const next = await host.add()
  const shown = await stream.nextLike(({ data }) => data.polls?.length === 2)
  expect(shown).toMatchObject({ event: 'room', data: { polls: [{ id: poll.id }, { id: next.id }] } })
  await watch()
  expect((await host.room()).watching).toBe(2)
  await until(() => stream.watching.at(-1) === 2)
  await host.change(poll.id, { resultsVisibility: 'host' })
  await host.change(poll.id, { resultsVisibility: 'always' })
  await host.change(poll.id, { status: 'closed' })
  await host.change(poll.id, { status: 'open' })
  await host.move(next.id)
  await host.startRound(poll.id)
  const log = (await host.room()).log ?? []
  expect(log.filter(({ pollId }) => pollId === poll.id).map(({ action }) => action)).toEqual([
    'created',
    'hidden',
    'revealed',
    'closed',
    'opened',
    'closed',
    'round-started',
  ])
  expect(log.map(({ action }) => action)).toContain('moved')
})

test('a room is found again, with its host, after a restart', async () => {
  const { host, poll, databasePath, close } = await setUp()
  await close()
  const { url } = await openApp({ databasePath })
  const again = new Host(url, host.code, host.key)
  expect(await again.room()).toMatchObject({ currentPollId: poll.id, polls: [{ id: poll.id }] })
  expect(JSON.stringify(await contents(databasePath))).not.toContain(host.key)
})

test('a new host key ends the host’s streams, and not those of the big screen', async () => {
  const { url } = await openApp()
  const { host, poll } = await Host.ofPoll(url)
  const path = `${url}${routes.roomStream(host.code)}?watching=on`
  const screen = await EventReader.open(path)
  const hosts = await EventReader.open(path, bearer(host.key))
  await until(() => screen.watching.length > 0 && hosts.watching.length > 0)
  await host.ask(routes.roomKey(host.code), { method: 'POST' })
  await until(() => hosts.ended)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await screen.nextLike(({ data }) => data.voters === 1)
  expect(screen.events.filter(({ event }) => event === 'end')).toEqual([])
})

test('of keys, codes and voters no byte of the database’s files says what they are', async () => {
  const { url, host, poll, databasePath, close } = await setUp()
  await host.change(poll.id, { question: 'A question to be found?' })
  const secrets = [host.key]
  const { codes } = await readAs(codesSchema, 201, await host.ask(routes.roomCodes(host.code), json({ count: 20 })))
  const next = await host.add({ voteMode: 'code' })
  await host.move(next.id)
  const key = randomUUID()
  const choiceIds = [next.choices[0]?.id]
  for (const code of codes.slice(0, 5)) {
    const { headers, ...init } = json({ choiceIds, code })
    const answer = await fetch(url + routes.votes(next.id), {
      ...init,
      headers: { ...headers, 'Idempotency-Key': key },
    })
    expect(answer.status).toBe(201)
  }
  const made = { question: 'Once?', choices: ['a', 'b'] }
  const { headers, ...init } = json(made)
  const ofKey = await fetch(url + routes.polls, { ...init, headers: { ...headers, 'Idempotency-Key': key } })
  secrets.push(key, (await readAs(createdPollSchema, 201, ofKey)).hostKey ?? '')
  const replaced = await host.ask(routes.roomKey(host.code), { method: 'POST' })
  secrets.push((await readAs(newHostKeySchema, 201, replaced)).hostKey)
  const voter = new Voter(url)
  const { poll: open } = await Host.ofPoll(url)
  await voter.vote(open.id, open.choices[0]?.id ?? 0)
  secrets.push(voter.id ?? '')
  const bytes = async () => {
    const folder = dirname(databasePath)
    const files = await readdir(folder)
    return (await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')))).join('\n')
  }
  // While it is open, there is more in its log; once it is closed, in the file.
  for (const read of [bytes, () => close().then(bytes)]) {
    const text = await read()
    expect(text).toContain('A question to be found?')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(15)
      expect(text).not.toContain(secret)
      expect(text).not.toContain(Buffer.from(secret).toString('base64url'))
    }
    for (const code of codes) {
      for (const written of [code, code.replace('-', '')]) {
        expect(text).not.toContain(written)
        expect(text).not.toContain(written.toLowerCase())
      }
    }
  }
})
