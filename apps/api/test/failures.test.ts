import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { balancer } from '../testing/balancer.ts'
import { Crowd } from '../testing/crowd.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { PostgresServer } from '../testing/postgres-server.ts'
import { redisUrl } from '../testing/redis.ts'
import { RedisServer } from '../testing/redis-server.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { until } from '../testing/until.ts'
import { createPoll } from '../testing/voter.ts'
import { Watcher } from '../testing/watcher.ts'

afterAll(async () => (await postgresServer()).stop())

interface Parts {
  postgres?: string
  redis?: string | undefined
}

/** Two nodes that are processes, and a poll. */
const setUp = async ({ postgres, redis }: Parts = {}) => {
  const { url: database, drop } = await createDatabase(postgres)
  onTestFinished(drop)
  const open = async () => {
    const node = new ServerProcess({ DATABASE_URL: database, REDIS_URL: redis ?? '' })
    return Object.assign(node, await node.address())
  }
  const [a, b] = await Promise.all([open(), open()])
  const { poll } = await createPoll(a.url)
  return { a, b, poll, database }
}

/** Watches a stream that has shown its first snapshot. */
const watch = async (address: string) => {
  const watcher = new Watcher(address)
  let { revision } = (await watcher.next()).snapshot
  /** Resolves when so many votes are shown, with how often the stream was opened again. It never goes back. */
  const shows = async (voters: number): Promise<number> => {
    for (let reopened = 0; ; ) {
      const { event, snapshot } = await watcher.next()
      if (event === 'snapshot') reopened += 1
      expect(snapshot.revision).toBeGreaterThanOrEqual(revision)
      revision = snapshot.revision
      if (snapshot.voters >= voters) return reopened
    }
  }
  return { shows }
}

test('a node is killed: its streams are on the other one with the newest, and what it acknowledged is there', async () => {
  const { a, b, poll, database } = await setUp()
  const front = await balancer([a.port, b.port])
  const watchers = await Promise.all(Array.from({ length: 6 }, () => watch(front + poll.streamUrl)))
  const crowd = new Crowd(poll, [a.url, b.url])
  await crowd.more(100)
  a.signal('SIGKILL')
  await crowd.more(50)
  await crowd.stop()
  const last = await crowd.one(b.url)
  expect(await Promise.all(watchers.map(({ shows }) => shows(last.voters)))).toEqual(watchers.map(() => 1))
  expect(crowd.refusals).toEqual([])
  await crowd.expectCounted(database, last)
})

/** How long the node is stopped, in milliseconds: longer than any time after which one of its connections is given up. */
const STOPPED = 20_000

/** Votes at the first node, which is stopped in the middle of a transaction. */
const stopHolding = async ({ a, poll, database }: Awaited<ReturnType<typeof setUp>>): Promise<Crowd> => {
  const crowd = new Crowd(poll, [a.url])
  for (;;) {
    await crowd.more(1)
    a.signal('SIGSTOP')
    const held = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    if ((await ask(database, held)).length > 0) return crowd
    a.signal('SIGCONT')
  }
}

const stopAndGoOn = async (redis: string | undefined) => {
  const nodes = await setUp({ redis })
  const { a, b, poll, database } = nodes
  const [here, there] = await Promise.all([watch(a.url + poll.streamUrl), watch(b.url + poll.streamUrl)])
  const crowd = await stopHolding(nodes)
  const stopped = performance.now()
  // While the node stands still, which would hold them for as long.
  do {
    await crowd.one(b.url)
    await pause(50)
  } while (performance.now() - stopped < STOPPED)
  const newest = await crowd.one(b.url)
  expect(await there.shows(newest.voters)).toBe(0)

  a.signal('SIGCONT')
  await Promise.all([here.shows(newest.voters), crowd.one(a.url)])
  await crowd.more(20)
  await crowd.stop()
  const last = await crowd.one(a.url)
  expect(await Promise.all([here, there].map(({ shows }) => shows(last.voters)))).toEqual([0, 0])
  await crowd.expectCounted(database, last)
}

test('a node that is stopped for 20 s while it holds the poll’s row keeps nobody else waiting, and comes back right', async () => {
  await Promise.all([stopAndGoOn(undefined), stopAndGoOn(await redisUrl())])
})

test('PostgreSQL is killed under votes: 503 meanwhile, streams stay, and all goes on by itself when it is back', async () => {
  const postgres = await PostgresServer.open()
  onTestFinished(() => postgres.end())
  const { a, b, poll, database } = await setUp({ postgres: postgres.url })
  const watchers = await Promise.all([a, b].map(({ url }) => watch(url + poll.streamUrl)))
  const crowd = new Crowd(poll, [a.url, b.url])
  await crowd.more(100)
  await postgres.kill()
  const refusing = () => new Set(crowd.refusals.map(({ answer }) => new URL(answer.url).origin)).size
  await until(() => refusing() === 2)
  for (const { answer } of crowd.refusals) expect(answer.headers.get('Retry-After')).toBe('2')

  await postgres.start()
  await crowd.more(100)
  await crowd.stop()
  await crowd.one(a.url)
  const last = await crowd.one(b.url)
  expect(await Promise.all(watchers.map(({ shows }) => shows(last.voters)))).toEqual([0, 0])
  await crowd.expectCounted(database, last)
})

test('Redis is killed under votes: they go on, and both nodes end on the newest when it is back', async () => {
  const redis = await RedisServer.open()
  onTestFinished(() => redis.kill())
  const { a, b, poll, database } = await setUp({ redis: redis.url })
  const watchers = await Promise.all([a, b].map(({ url }) => watch(url + poll.streamUrl)))
  const crowd = new Crowd(poll, [a.url, b.url])
  await crowd.more(100)
  await redis.kill()
  await crowd.more(200)
  await redis.start()
  await crowd.more(100)
  await crowd.stop()
  expect(crowd.refusals).toEqual([])
  const last = await crowd.one(a.url)
  expect(await Promise.all(watchers.map(({ shows }) => shows(last.voters)))).toEqual([0, 0])
  await crowd.expectCounted(database, last)
})
