import { pollListSchema, pollSchema } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { stopClock } from '../../../testing/clock.ts'
import { contents, query } from '../../../testing/database.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { bearer, createPoll, json, patch, Voter } from '../../../testing/voter.ts'
import { Watcher } from '../../../testing/watcher.ts'

const setUp = async () => {
  const app = await openApp()
  const { poll, hostKey } = await createPoll(app.url, ['Tea', 'Coffee'], 1, 'What now?')
  const [tea = 0] = poll.choices.map(({ id }) => id)
  const path = routes.poll(poll.id)
  const change = (body: unknown, key = hostKey) => fetch(app.url + path, patch(body, key))
  const remove = (key = hostKey) => fetch(app.url + path, { method: 'DELETE', headers: bearer(key) })
  const vote = (choice = tea) => fetch(app.url + routes.votes(poll.id), json({ choiceIds: [choice] }))
  return { ...app, poll, hostKey, tea, path, change, remove, vote }
}

test('a poll that its host closes takes no more votes, says so on open streams, and takes them again when reopened', async () => {
  const { url, poll, tea, change, vote } = await setUp()
  const watcher = new Watcher(url + poll.streamUrl)
  await watcher.next()
  await new Voter(url).vote(poll.id, tea)
  expect((await watcher.next()).snapshot).toMatchObject({ status: 'open', totalVotes: 1 })

  const closed = await readAs(pollSchema, 200, await change({ status: 'closed' }))
  expect(closed).toMatchObject({ status: 'closed', totalVotes: 1, revision: 2 })
  expect((await watcher.next()).snapshot).toMatchObject({ status: 'closed', totalVotes: 1, revision: 2 })
  await readProblem('poll-closed', await vote())

  await readAs(pollSchema, 200, await change({ status: 'open' }))
  expect((await watcher.next()).snapshot).toMatchObject({ status: 'open', totalVotes: 1, revision: 3 })
  expect((await vote()).status).toBe(201)
})

test('a poll that is closed already is closed as it was, and nothing is told', async () => {
  const { url, poll, change, vote } = await setUp()
  await change({ status: 'closed' })
  const watcher = new Watcher(url + poll.streamUrl)
  expect((await watcher.next()).snapshot.revision).toBe(1)
  const again = await readAs(pollSchema, 200, await change({ status: 'closed' }))
  expect(again.revision).toBe(1)
  await change({ status: 'open' })
  expect((await watcher.next()).snapshot).toMatchObject({ status: 'open', revision: 2 })
  expect((await vote()).status).toBe(201)
})

test('a host who has voted sees their own vote in the answer', async () => {
  const { url, poll, tea, hostKey } = await setUp()
  const host = new Voter(url)
  await host.vote(poll.id, tea)
  const answer = await host.ask(routes.poll(poll.id), patch({ status: 'closed' }, hostKey))
  expect((await readAs(pollSchema, 200, answer)).ownChoiceIds).toEqual([tea])
})

test.each<[string, string | undefined]>([
  ['no key', undefined],
  ['a key of another scheme', 'Basic aG9zdDprZXk='],
  ['a key that is too short', 'Bearer abc'],
  ['a key that is nobody’s', `Bearer ${'x'.repeat(32)}`],
  ['the key of another poll', 'other'],
])('with %s nothing is changed and nothing deleted', async (_, authorization) => {
  const { url, databasePath, path } = await setUp()
  const other = await createPoll(url)
  const value = authorization === 'other' ? `Bearer ${other.hostKey}` : authorization
  const headers: Record<string, string> = value === undefined ? {} : { Authorization: value }
  const before = await contents(databasePath)
  const change = patch({ status: 'closed' })
  for (const init of [
    { ...change, headers: { ...change.headers, ...headers } },
    { method: 'DELETE', headers },
  ]) {
    const answer = await fetch(url + path, init)
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer')
    await readProblem('invalid-host-key', answer)
  }
  expect(await contents(databasePath)).toEqual(before)
})

test('requests that say they are the host’s are limited for each address, before anything is looked up', async () => {
  stopClock()
  const { url } = await openApp({ rateLimit: true })
  const ask = () => fetch(url + routes.poll('tabspace'), { method: 'DELETE', headers: bearer('x'.repeat(32)) })
  const statuses = new Map<number, number>()
  for (let n = 0; n < 130; n += 1) {
    const { status } = await ask()
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  expect(statuses.get(401)).toBeGreaterThanOrEqual(120)
  expect(statuses.get(429)).toBeGreaterThan(0)
})

test('polls without a host are nobody’s to change', async () => {
  const { url, hostKey } = await setUp()
  await readProblem(
    'invalid-host-key',
    await fetch(url + routes.poll('tabspace'), patch({ status: 'closed' }, hostKey)),
  )
})

test.each([
  ['a status that there is not', { status: 'deleted' }, 'status'],
  ['a field that can’t be changed', { status: 'open', revision: 7 }, 'revision'],
  ['a list', [], ''],
])('a change with %s is refused, and where it is wrong is named', async (_, body, path) => {
  const { change, databasePath } = await setUp()
  const before = await contents(databasePath)
  const { errors } = await readProblem('invalid-body', await change(body))
  expect(errors?.map((error) => error.path)).toEqual([path])
  expect(await contents(databasePath)).toEqual(before)
})

test('a poll that its host deletes is gone for everybody, with its texts and its ballots', async () => {
  const { url, port, databasePath, poll, path, change, remove, vote } = await setUp()
  await vote()
  const stream = (await RawConnection.open(port)).send(get(poll.streamUrl))
  await stream.until(/\n\n$/)

  expect((await remove()).status).toBe(204)
  const text = await stream.until(/event: end.*\n\n/s)
  expect(text).toMatch(/\n\nevent: end\nid: [\w.-]+\ndata: \{"reason":"deleted","pollId":"\w+"\}\n\n/)
  expect(await stream.ended).toBe('end')

  for (const answer of [
    await fetch(url + path),
    await fetch(url + poll.streamUrl),
    await vote(),
    await change({ status: 'open' }),
    await remove(),
  ]) {
    await readProblem('poll-deleted', answer)
  }
  const { polls } = await readAs(pollListSchema, 200, await fetch(url + routes.polls))
  expect(polls.map(({ id }) => id)).not.toContain(poll.id)
  const stored = JSON.stringify(await contents(databasePath))
  for (const text of ['What now?', 'Coffee']) expect(stored).not.toContain(text)
  expect(await query(databasePath, 'SELECT * FROM ballot WHERE poll_id = ?', [poll.id])).toEqual([])
})

test('a stream of several polls goes on when one of them is deleted', async () => {
  const { url, port, poll, remove } = await setUp()
  const other = await createPoll(url)
  const stream = (await RawConnection.open(port)).send(get(routes.streamOf([poll.id, other.poll.id])))
  await stream.until(/(event: snapshot.*){2}\n\n$/s)
  await remove()
  await stream.until(/event: end\n.*\n\n$/s)
  await new Voter(url).vote(other.poll.id, other.poll.choices[0]?.id ?? 0)
  expect(await stream.until(/event: update\n.*\n\n$/s)).toMatch(
    new RegExp(`event: update\n.*\ndata: .*"pollId":"${other.poll.id}","view":"public","round":1,"revision":1`),
  )
})

test('a vote with an idempotency key that is sent again after the poll was deleted is told so', async () => {
  const { url, databasePath, poll, tea, remove } = await setUp()
  const again = () => {
    const { headers, ...init } = json({ choiceIds: [tea] })
    const key = { 'Idempotency-Key': '0123456789abcdef0123456789abcdef' }
    return fetch(url + routes.votes(poll.id), { ...init, headers: { ...(headers as object), ...key } })
  }
  expect((await again()).status).toBe(201)
  expect(JSON.stringify(await query(databasePath, 'SELECT * FROM idempotency_key'))).toContain(`[${tea}]`)
  await remove()
  expect(await query(databasePath, 'SELECT * FROM idempotency_key')).toEqual([])
  await readProblem('poll-deleted', await again())
})
