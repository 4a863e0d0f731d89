import { adminRoomsSchema, adminStatusSchema, blockedSchema } from '@pollcast/shared/admin'
import { newHostKeySchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { EventReader } from '../../../testing/event-reader.ts'
import { Host } from '../../../testing/host.ts'
import { bearer, json, patch, Voter } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'

const KEY = 'an-admin-key-for-tests'

const setUp = async (options: Parameters<typeof openApp>[0] = {}) => {
  const app = await openApp({ adminKey: KEY, ...options })
  const ask = (path: string, init: RequestInit = {}, key = KEY) =>
    fetch(app.url + path, { ...init, headers: { ...init.headers, ...bearer(key) } })
  const rooms = async (query = '') => readAs(adminRoomsSchema, 200, await ask(`${routes.adminRooms}${query}`))
  const acts = () =>
    app.entries.filter(({ event }) => event === 'admin-act').map(({ act, roomCode }) => [act, roomCode])
  return { ...app, ask, rooms, acts }
}

const requests: [string, string, RequestInit][] = [
  ['the status', routes.admin, {}],
  ['the rooms', routes.adminRooms, {}],
  ['a close', routes.adminRoom('123456'), patch({ action: 'close' })],
  ['a deletion', routes.adminRoom('123456'), { method: 'DELETE' }],
  ['a new key', routes.adminRoomKey('123456'), { method: 'POST' }],
  ['a block', routes.adminBlocks, json({ address: '192.0.2.1', blocked: true })],
]

test.each(requests)(
  '%s is refused without the key and with a wrong one, and is nowhere without ADMIN_KEY',
  async (_, path, init) => {
    const { url, ask, acts } = await setUp()
    await readProblem('invalid-admin-key', await fetch(url + path, init))
    await readProblem('invalid-admin-key', await ask(path, init, 'another-key-for-tests'))
    await readProblem('invalid-admin-key', await ask(path, init, `${KEY}x`))
    expect(acts()).toEqual([])
    const without = await setUp({ adminKey: undefined })
    const status = (await without.ask(path, init)).status
    expect(status).toBe(404)
  },
)

test('who tries keys is refused for a while, with the right one too', async () => {
  stopClock()
  const { ask } = await setUp({ rateLimit: true })
  for (let tried = 0; tried < 60; tried += 1)
    await readProblem('invalid-admin-key', await ask(routes.admin, {}, 'wrong'))
  await readProblem('too-many-requests', await ask(routes.admin, {}, 'wrong'))
  await readProblem('too-many-requests', await ask(routes.admin))
})

test('the admin sees how the server is, and what is stored', async () => {
  const { url, ask } = await setUp({ retentionDays: 30 })
  const { host, poll } = await Host.ofPoll(url)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await host.ask(routes.roomCodes(host.code), json({ count: 3 }))
  const status = await readAs(adminStatusSchema, 200, await ask(routes.admin))
  expect(status).toMatchObject({
    node: process.version,
    notReady: null,
    engine: 'sqlite',
    // Two are there from the start.
    rooms: 3,
    polls: 3,
    ballots: 1,
    codes: 3,
    retentionDays: 30,
    hasLimits: false,
  })
  expect(status.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(status.bytes).toBeGreaterThan(10_000)
})

test('rooms are listed by activity, age or size, fifty at a time, and found by code, title and question', async () => {
  const { url, rooms } = await setUp()
  const hosts: Host[] = []
  for (let n = 0; n < 52; n += 1) hosts.push((await Host.ofPoll(url, { question: `Question ${n}?` })).host)
  const [first, second] = hosts as [Host, Host]
  await first.changeRoom({ title: 'All hands 100%_!' })
  const poll = (await second.room()).poll
  for (let n = 0; n < 2; n += 1) await new Voter(url).vote(poll?.id ?? '', poll?.choices[0]?.id ?? 0)

  const newest = await rooms('?order=created')
  expect([newest.rooms.length, newest.total]).toEqual([50, 54])
  expect(newest.rooms[0]).toMatchObject({ code: hosts.at(-1)?.code, question: 'Question 51?', polls: 1, openPolls: 1 })
  expect((await rooms('?order=created&offset=50')).rooms).toHaveLength(4)
  const [active, before] = (await rooms()).rooms
  expect([active?.code, before?.code]).toEqual([second.code, first.code])
  expect((await rooms('?order=voters')).rooms[0]).toMatchObject({ code: second.code, voters: 2 })

  const found = async (search: string) =>
    (await rooms(`?search=${encodeURIComponent(search)}`)).rooms.map(({ code }) => code)
  expect(await found(`${first.code.slice(0, 3)} ${first.code.slice(3)}`)).toContain(first.code)
  expect(await found('all HANDS')).toEqual([first.code])
  expect(await found('100%_!')).toEqual([first.code])
  expect(await found('question 7?')).toEqual([hosts[7]?.code])
  expect(await found("%' OR 1=1 --")).toEqual([])
})

test('the admin closes a room, takes it off the front page and gives its host a new key: its log says so', async () => {
  const { url, ask, acts } = await setUp()
  const { host, poll } = await Host.ofPoll(url, { listed: true })
  const other = await host.add()
  const stream = await EventReader.open(url + poll.streamUrl)
  await stream.next()
  const path = routes.adminRoom(host.code)
  expect((await ask(path, patch({ action: 'close' }))).status).toBe(204)
  expect((await stream.next()).data).toMatchObject({ status: 'closed' })
  expect((await host.read(other.id)).status).toBe('closed')
  expect((await ask(path, patch({ action: 'unlist' }))).status).toBe(204)
  expect((await host.read(poll.id)).listed).toBe(false)
  // Once more changes nothing.
  expect((await ask(path, patch({ action: 'unlist' }))).status).toBe(204)
  const before = host.key
  host.key = (
    await readAs(newHostKeySchema, 201, await ask(routes.adminRoomKey(host.code), { method: 'POST' }))
  ).hostKey
  expect(host.key).not.toBe(before)
  expect((await host.actions()).filter((action) => action.startsWith('admin'))).toEqual([
    'admin-closed',
    'admin-closed',
    'admin-unlisted',
    'admin-key-replaced',
  ])
  await readProblem('invalid-host-key', await fetch(url + routes.room(host.code), { headers: bearer(before) }))
  expect(acts()).toEqual([
    ['room-closed', host.code],
    ['room-unlisted', host.code],
    ['room-unlisted', host.code],
    ['key-replaced', host.code],
  ])
})

test('the admin deletes a room, and a request that is wrong does nothing', async () => {
  const { url, ask, acts } = await setUp()
  const { host, poll } = await Host.ofPoll(url)
  const path = routes.adminRoom(host.code)
  await readProblem('invalid-body', await ask(path, patch({ action: 'delete' })))
  await readProblem('room-not-found', await ask(routes.adminRoom('000000'), { method: 'DELETE' }))
  await readProblem('invalid-query', await ask(`${routes.adminRooms}?order=name`))
  expect(acts()).toEqual([])
  expect((await ask(path, { method: 'DELETE' })).status).toBe(204)
  expect(acts()).toEqual([['room-deleted', host.code]])
  await readProblem('poll-deleted', await fetch(url + routes.poll(poll.id)))
  await readProblem('room-deleted', await ask(path, { method: 'DELETE' }))
})

test('a blocked address is refused for an hour whatever it asks for; who is known behind it, and others, go on', async () => {
  stopClock()
  const { url, ask, acts, entries } = await setUp({ rateLimit: true, trustProxy: 1, webRoot: webBuild() })
  const { host, poll } = await Host.ofPoll(url)
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } })
  const known = new Voter(url)
  await known.ask(routes.poll(poll.id), from('2001:db8::1'))
  const block = async (address: string, blocked: boolean) =>
    readAs(blockedSchema, 200, await ask(routes.adminBlocks, json({ address, blocked })))
  const { network, until } = await block('2001:db8::7', true)
  expect(network).toBe('2001:db8:0:0::/64')
  expect(Math.abs(Date.parse(until ?? '') - Date.now() - 3_600_000)).toBeLessThan(60_000)

  const refused = await fetch(url + routes.poll(poll.id), from('2001:db8::2'))
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3500)
  const ballot = json({ choiceIds: [poll.choices[0]?.id] })
  const tried = [
    fetch(url + routes.votes(poll.id), { ...ballot, headers: { ...ballot.headers, 'X-Forwarded-For': '2001:db8::2' } }),
    fetch(url + poll.streamUrl, from('2001:db8::2')),
    fetch(url + routes.polls, { ...json({}), headers: { 'X-Forwarded-For': '2001:db8::2' } }),
    fetch(`${url}/nothing-here`, { headers: { Accept: 'text/html', 'X-Forwarded-For': '2001:db8::2' } }),
    fetch(url + routes.freshness, {
      ...json({ milliseconds: [1] }),
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': '2001:db8::2' },
    }),
    fetch(url + routes.poll(poll.id), {
      method: 'DELETE',
      headers: { ...bearer(host.key), 'X-Forwarded-For': '2001:db8::2' },
    }),
  ]
  expect((await Promise.all(tried)).map(({ status }) => status)).toEqual(Array(tried.length).fill(429))
  expect((await known.ask(routes.poll(poll.id), from('2001:db8::1'))).status).toBe(200)
  expect((await fetch(url + routes.poll(poll.id), from('192.0.2.1'))).status).toBe(200)

  expect(await block('2001:db8::1', false)).toEqual({ network, until: null })
  expect((await fetch(url + routes.poll(poll.id), from('2001:db8::2'))).status).toBe(200)
  expect(acts()).toEqual([
    ['blocked', undefined],
    ['unblocked', undefined],
  ])
  expect(JSON.stringify(entries)).not.toContain('2001')
  await readProblem('invalid-body', await ask(routes.adminBlocks, json({ address: 'here', blocked: true })))
  const unlimited = await setUp()
  const none = await unlimited.ask(routes.adminBlocks, json({ address: '192.0.2.1', blocked: true }))
  await readProblem('limits-off', none)
})

test('the page is there with ADMIN_KEY alone, and has nothing in it that needs the key', async () => {
  const there = await setUp({ webRoot: webBuild() })
  const { host } = await Host.ofPoll(there.url)
  const page = await fetch(there.url + routes.adminPage)
  expect(page.status).toBe(200)
  const text = await page.text()
  for (const secret of [KEY, host.code]) expect(text).not.toContain(secret)
  const without = await setUp({ webRoot: webBuild(), adminKey: undefined })
  expect((await fetch(without.url + routes.adminPage, { headers: { Accept: 'text/html' } })).status).toBe(404)
})
