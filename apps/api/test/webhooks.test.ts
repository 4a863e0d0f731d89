import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../testing/built-server.ts'
import { ChildServer } from '../testing/child-server.ts'
import { query } from '../testing/database.ts'
import { freePort } from '../testing/free-port.ts'
import { Host } from '../testing/host.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { SECRET, WebhookReceiver } from '../testing/webhook-receiver.ts'

afterAll(async () => (await postgresServer()).stop())

/** Closes so many polls, each by one of the servers; each shall be told once. */
const closeMany = async (urls: string[], receiver: WebhookReceiver, count: number) => {
  const hosts = await Promise.all(Array.from({ length: count }, (_, n) => Host.ofPoll(urls[n % urls.length] ?? '')))
  await Promise.all(hosts.map(({ host, poll }) => host.change(poll.id, { status: 'closed' })))
  const told = new Set<string | undefined>()
  for (let n = 0; n < count; n += 1) told.add((await receiver.next()).body.data.poll?.id)
  expect(told).toEqual(new Set(hosts.map(({ poll }) => poll.id)))
}

test('of two nodes on PostgreSQL one tells of each close', async () => {
  const receiver = await WebhookReceiver.open()
  const database = await createDatabase()
  onTestFinished(database.drop)
  const nodes = [0, 1].map(() => new ServerProcess({ DATABASE_URL: database.url, ...receiver.environment }))
  const urls = await Promise.all(nodes.map(async (node) => (await node.address()).url))
  await closeMany(urls, receiver, 20)
  await until(async () => (await ask(database.url, 'SELECT id FROM webhook_event')).length === 0)
  expect(receiver.requests).toBe(20)
})

test('of a pool on SQLite one worker tells of each close', async () => {
  const receiver = await WebhookReceiver.open()
  const path = join(tempFolder(), 'polls.sqlite')
  const pool = new ServerProcess({ DATABASE_URL: `sqlite:${path}`, WORKERS: '2', ...receiver.environment })
  const { url } = await pool.address()
  await closeMany([url], receiver, 10)
  await until(async () => (await query(path, 'SELECT id FROM webhook_event')).length === 0)
  expect(receiver.requests).toBe(10)
})

test('what a server was sending when it was killed is told by the next one', async () => {
  const receiver = await WebhookReceiver.open()
  receiver.status = undefined
  const path = join(tempFolder(), 'polls.sqlite')
  const environment = { DATABASE_URL: `sqlite:${path}`, ...receiver.environment }
  const first = new ServerProcess(environment)
  const { url } = await first.address()
  const { host, poll } = await Host.ofPoll(url)
  await host.change(poll.id, { status: 'closed' })
  await until(() => receiver.requests === 1)
  first.signal('SIGKILL')
  await first.exited
  receiver.status = 204
  await new ServerProcess(environment).address()
  expect((await receiver.next()).body.data.poll?.id).toBe(poll.id)
})

test('the receiver of docs/webhooks.md takes what is signed, and nothing else', async () => {
  const [, code = ''] = /```js\n([\s\S]+?)```/.exec(readFileSync(join(ROOT, 'docs/webhooks.md'), 'utf8')) ?? []
  const port = await freePort()
  const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: SECRET }
  const receiver = new ChildServer([process.execPath, '--input-type=module', '-e', code], { cwd: ROOT, env })
  onTestFinished(() => receiver.end())
  const target = `http://127.0.0.1:${port}/`
  const forged = () =>
    fetch(target, { method: 'POST', body: '{}' }).then(
      ({ status }) => status,
      () => undefined,
    )
  expect(await until(forged)).toBe(401)
  const DATABASE_URL = `sqlite:${join(tempFolder(), 'polls.sqlite')}`
  const webhook = { WEBHOOK_URL: target, WEBHOOK_SECRET: SECRET, WEBHOOK_PRIVATE: 'on' }
  const { url } = await new ServerProcess({ DATABASE_URL, ...webhook }).address()
  const { host, poll } = await Host.ofPoll(url, { question: 'Lunch?' })
  await host.change(poll.id, { status: 'closed' })
  await receiver.until(new RegExp(`^poll\\.closed ${host.code} Lunch\\?\n`))
})
