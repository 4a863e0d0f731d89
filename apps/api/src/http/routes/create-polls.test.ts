import { contextSchema } from '@pollcast/shared/context'
import { createdPollSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { Host } from '../../../testing/host.ts'
import { bearer, createPollOf, json } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'
import type { CreatePolls } from '../../lib/create-polls.ts'

const KEY = 'only-for-teachers'
const newPoll = { question: 'Lunch?', choices: ['Pizza', 'Salad'] }

const create = (url: string, path: string, body: object, key?: string) => {
  const init = json(body)
  return fetch(url + path, { ...init, headers: { ...init.headers, ...(key !== undefined && bearer(key)) } })
}

const newThings: [string, object][] = [
  [routes.polls, newPoll],
  [routes.rooms, { title: 'All hands' }],
]

test.each(newThings)('where a key is asked for, POST %s takes nothing without it', async (path, body) => {
  const { url } = await openApp({ createPolls: { key: KEY } })
  const none = await create(url, path, body)
  expect(none.headers.get('WWW-Authenticate')).toBe('Bearer')
  expect((await readProblem('create-key-required', none)).detail).toContain('Authorization: Bearer')
  for (const wrong of [`${KEY}s`, KEY.slice(1), KEY.toUpperCase()]) {
    await readProblem('invalid-create-key', await create(url, path, body, wrong))
  }
  expect((await create(url, path, body, KEY)).status).toBe(201)
})

test('where nobody may, nobody does, with a key or without one', async () => {
  const { url } = await openApp({ createPolls: 'nobody' })
  for (const [path, body] of newThings) {
    for (const key of [undefined, KEY]) await readProblem('creation-closed', await create(url, path, body, key))
  }
})

test.each<CreatePolls>(['nobody', { key: KEY }])(
  'the host of a room that is there adds polls to it, where CREATE_POLLS is %j',
  async (createPolls) => {
    const first = await openApp()
    const { host } = await Host.ofPoll(first.url)
    await first.close()
    const { url } = await openApp({ createPolls, databasePath: first.databasePath })
    const again = new Host(url, host.code, host.key)
    const added = await again.add()
    expect((await again.room()).polls).toHaveLength(2)
    expect((await again.ask(routes.copies(added.id), { method: 'POST' })).status).toBe(201)
    await readProblem('invalid-host-key', await create(url, routes.polls, { ...newPoll, roomCode: host.code }, 'x'))
  },
)

test('who tries many keys is refused for a while, and others are not', async () => {
  stopClock()
  const { url } = await openApp({ createPolls: { key: KEY }, rateLimit: true, trustProxy: 1 })
  const from = (address: string, key: string) => {
    const init = json({ title: '' })
    const headers = { ...init.headers, ...bearer(key), 'X-Forwarded-For': address }
    return fetch(url + routes.rooms, { ...init, headers })
  }
  let answer = await from('192.0.2.1', 'guess-0')
  for (let n = 1; n < 100 && answer.status === 401; n += 1) {
    await readProblem('invalid-create-key', answer)
    answer = await from('192.0.2.1', `guess-${n}`)
  }
  await readProblem('too-many-requests', answer)
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  // Also the right one: whether it is must not be told.
  await readProblem('too-many-requests', await from('192.0.2.1', KEY))
  expect((await from('192.0.2.2', KEY)).status).toBe(201)
})

test.each<[CreatePolls, string | undefined]>([
  ['anyone', undefined],
  ['nobody', 'nobody'],
  [{ key: KEY }, 'key'],
])('pages are told who may make polls, and no key: %j', async (createPolls, told) => {
  const { url } = await openApp({ createPolls, webRoot: webBuild() })
  for (const path of [routes.listPage, routes.newPollPage]) {
    const html = await (await fetch(url + path)).text()
    const [, context = ''] = /<script type="application\/json" id="context">(.*?)<\/script>/s.exec(html) ?? []
    expect(contextSchema.parse(JSON.parse(context)).createPolls).toBe(told)
    expect(html).not.toContain(KEY)
  }
})

test('no more rooms are made than there may be, and a deleted one makes place', async () => {
  const { url } = await openApp({ maxRooms: 2 })
  const first = await Host.ofRoom(url)
  const { hostKey, room } = await createPollOf(url, {})
  for (const [path, body] of newThings) {
    expect((await readProblem('server-full', await create(url, path, body))).detail).toContain('room of yours')
  }
  await createPollOf(url, { roomCode: room.code }, hostKey)
  await first.ask(routes.room(first.code), { method: 'DELETE' })
  await createPollOf(url, {})
  await readProblem('server-full', await create(url, routes.polls, newPoll))
})

test('a poll that is asked for again is answered again, also where there may be no more rooms', async () => {
  const { url } = await openApp({ maxRooms: 1 })
  const init = json(newPoll)
  const headers = { ...init.headers, 'Idempotency-Key': crypto.randomUUID() }
  const ask = async () => {
    return (await readAs(createdPollSchema, 201, await fetch(url + routes.polls, { ...init, headers }))).hostKey
  }
  expect(await ask()).toBe(await ask())
})

test('a room takes as many polls as it may have, and a deleted one makes place', async () => {
  const { url } = await openApp({ maxPolls: 2 })
  const { host, poll } = await Host.ofPoll(url)
  await host.add()
  const add = () => host.ask(routes.polls, json({ ...newPoll, roomCode: host.code }))
  expect((await readProblem('room-full', await add())).detail).toContain('2 polls')
  await readProblem('room-full', await host.ask(routes.copies(poll.id), { method: 'POST' }))
  await host.ask(routes.poll(poll.id), { method: 'DELETE' })
  expect((await add()).status).toBe(201)
})
