import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Poll } from '@pollcast/shared/poll'
import type { Problem } from '@pollcast/shared/problem'
import type { Challenge } from '@pollcast/shared/proof-of-work'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { query, recount } from '../testing/database.ts'
import { EventReader } from '../testing/event-reader.ts'
import { freePort } from '../testing/free-port.ts'
import { Host } from '../testing/host.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { ProofSolver } from '../testing/proof-solver.ts'
import { get, post, RawConnection } from '../testing/raw-connection.ts'
import { redisUrl } from '../testing/redis.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { bearer, createPoll, json, Voter } from '../testing/voter.ts'
import { Watcher } from '../testing/watcher.ts'

afterAll(async () => (await postgresServer()).stop())

const open = async (environment: Record<string, string>, how: 'node' | 'npm' = 'node') => {
  const server = new ServerProcess(environment, how)
  const { url, port } = await server.address()
  const { poll, hostKey } = await createPoll(url)
  return { server, url, port, poll, hostKey, choiceId: poll.choices[0]?.id ?? 0 }
}

const setUp = async (how: 'node' | 'npm' = 'node', workers = '2', at = 0) => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  const environment = { DATABASE_URL: `sqlite:${databasePath}`, WORKERS: workers, PORT: String(at) }
  return { databasePath, ...(await open(environment, how)) }
}

/** The processes that a server's pool has, by asking the system. */
const workersOf = (server: ServerProcess): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim())
    .map(Number)

/** Whether a new voter's vote is taken. One that a killed worker had is not waited for. */
const taken = async (url: string, pollId: string, choiceId: number): Promise<boolean> => {
  try {
    const vote = { ...json({ choiceIds: [choiceId] }), signal: AbortSignal.timeout(5000) }
    return (await fetch(url + routes.votes(pollId), vote)).status === 201
  } catch {
    return false
  }
}

/** Watches until a snapshot of this many votes, and answers the revisions that came. */
const watchUntil = async (url: string, totalVotes: number): Promise<number[]> => {
  const watcher = new Watcher(url)
  const revisions: number[] = []
  for (;;) {
    const { snapshot } = await watcher.next()
    revisions.push(snapshot.revision)
    if (snapshot.totalVotes === totalVotes) return revisions
  }
}

/** A place for polls, and how many ballots a poll has there, past all counters. */
const places: [string, () => Promise<{ environment: Record<string, string>; ballots(poll: Poll): Promise<number> }>][] =
  [
    [
      'an SQLite file',
      async () => {
        const path = join(tempFolder(), 'polls.sqlite')
        const ballots = async ({ id }: Poll) => (await recount(path, id)).totalVotes
        return { environment: { DATABASE_URL: `sqlite:${path}` }, ballots }
      },
    ],
    ...[false, true].map((withRedis): (typeof places)[0] => [
      withRedis ? 'PostgreSQL and Redis' : 'PostgreSQL',
      async () => {
        const { url, drop } = await createDatabase()
        onTestFinished(drop)
        const environment = { DATABASE_URL: url, REDIS_URL: withRedis ? await redisUrl() : '' }
        const ballots = async ({ id }: Poll) => (await ask(url, 'SELECT FROM ballot WHERE poll_id = $1', [id])).length
        return { environment, ballots }
      },
    ]),
  ]

test.each(places)('several workers on %s: every stream ends on the newest, and none goes back', async (_, place) => {
  const { environment, ballots } = await place()
  const { server, url, poll, choiceId } = await open({ ...environment, WORKERS: '3' })
  expect(workersOf(server)).toHaveLength(3)
  const watching = Array.from({ length: 9 }, () => watchUntil(url + poll.streamUrl, 60))
  // Votes side by side have connections of their own, which the pool deals out.
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.all(Array.from({ length: 6 }, () => new Voter(url).vote(poll.id, choiceId)))
  }
  for (const revisions of await Promise.all(watching)) {
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
  }
  expect(await ballots(poll)).toBe(60)
  expect(server.output.match(/http:/g)).toHaveLength(1)
})

test('a host is told how many watch in all workers, by streams and by requests that are held', async () => {
  const { url } = await setUp('node', '3')
  const { host } = await Host.ofPoll(url)
  const path = url + routes.roomStream(host.code)
  const hosts = await EventReader.open(`${path}?watching=on`, bearer(host.key))
  const streams = await Promise.all(Array.from({ length: 6 }, () => EventReader.open(path)))
  const after = encodeURIComponent((await (streams[0] as EventReader).next()).id)
  const polling = new AbortController()
  for (let held = 0; held < 4; held += 1) {
    fetch(`${url}${routes.room(host.code)}?after=${after}`, { signal: polling.signal }).catch(() => {})
  }
  await until(() => hosts.watching.at(-1) === 11)
  polling.abort()
  for (const stream of streams) stream.close()
  await until(() => hosts.watching.at(-1) === 1)
})

test.each(places)('an edit of a poll on %s is on the streams of every worker', async (_, place) => {
  const { environment } = await place()
  const { url, poll, hostKey } = await open({ ...environment, WORKERS: '3' })
  const watchers = Array.from({ length: 9 }, () => new Watcher(url + poll.streamUrl))
  await Promise.all(watchers.map((watcher) => watcher.next()))
  await new Host(url, poll.roomCode, hostKey).change(poll.id, { question: 'Which?', choices: ['Tea', 'Milk', 'Water'] })
  for (const { snapshot } of await Promise.all(watchers.map((watcher) => watcher.next()))) {
    expect(snapshot).toMatchObject({
      question: 'Which?',
      choices: [{ text: 'Tea' }, { text: 'Milk' }, { text: 'Water' }],
    })
  }
})

test.each(places)('a file of ballots on %s is the same from every worker, but for its order', async (_, place) => {
  const { environment } = await place()
  const { url, poll, hostKey, choiceId } = await open({ ...environment, WORKERS: '3' })
  for (let n = 0; n < 5; n += 1) await new Voter(url).vote(poll.id, choiceId)
  const file = () => fetch(url + routes.ballotsCsv(poll.id), { headers: bearer(hostKey) })
  const lines = async () => (await (await file()).text()).split('\r\n').toSorted()
  // Requests side by side have connections of their own, which the pool deals out.
  const all = await Promise.all(Array.from({ length: 9 }, lines))
  expect(all[0]).toHaveLength(7)
  for (const other of all) expect(other).toEqual(all[0])
})

test.each(places.slice(0, 2))('a limit on %s is the same however many workers there are', async (_, place) => {
  const { environment } = await place()
  const begun = performance.now()
  const { url } = await open({ ...environment, WORKERS: '2', RATE_LIMIT: 'on' })
  // Requests side by side have connections of their own, which the pool deals out.
  const make = () => fetch(url + routes.polls, json({ question: 'Which?', choices: ['one', 'two'] }))
  const made: number[] = []
  // Few enough that the worker hears from the primary in time, also where the machine is slow.
  while (made.length < 40) {
    made.push(...(await Promise.all(Array.from({ length: 8 }, make))).map(({ status }) => status))
  }
  const taken = made.filter((status) => status === 201).length
  // One poll is there already. Another may be made every two seconds.
  expect(taken).toBeGreaterThanOrEqual(29)
  expect(taken).toBeLessThanOrEqual(29 + Math.ceil((performance.now() - begun) / 2000))
  expect(new Set(made)).toEqual(taken < made.length ? new Set([201, 429]) : new Set([201]))
})

test.each(places)('on %s, a solution counts once, however many workers it is sent to', async (_, place) => {
  const { environment } = await place()
  const { url, poll, choiceId } = await open({ ...environment, WORKERS: '3', RATE_LIMIT: 'on' })
  const solver = new ProofSolver()
  onTestFinished(() => solver.close())
  const vote = (headers: Record<string, string> = {}) => {
    const ballot = json({ choiceIds: [choiceId] })
    return fetch(url + routes.votes(poll.id), { ...ballot, headers: { ...ballot.headers, ...headers } })
  }
  let challenge: Challenge | undefined
  while (!challenge) challenge = ((await (await vote()).json()) as Partial<Problem>).challenge
  const headers = { 'Pollcast-Proof': await solver.solve(challenge) }
  // Requests side by side have connections of their own. Those that are refused for it may get a token that came back meanwhile.
  const taken = (await Promise.all(Array.from({ length: 6 }, () => vote(headers)))).filter(
    ({ status }) => status === 201,
  )
  const marks = taken.map((answer) => /=[\w-]+(~\d+)?\./.exec(answer.headers.getSetCookie()[0] ?? '')?.[1])
  expect(marks.filter((mark) => mark !== undefined)).toHaveLength(1)
})

test('however many workers start at once, what is made on the first start is made once', async () => {
  const { databasePath } = await setUp('node', '4')
  expect(await query(databasePath, "SELECT count(*) AS keys FROM setting WHERE name = 'voter-key'")).toEqual([
    { keys: 1 },
  ])
})

test('a worker that is killed is replaced, and the port is served again whichever dies', async () => {
  const { server, url, poll, choiceId } = await setUp('node', '2', await freePort())
  const serves = () => expect.poll(() => taken(url, poll.id, choiceId), { interval: 100 }).toBe(true)
  const before = workersOf(server)
  for (const pid of before) {
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => workersOf(server).filter((other) => other !== pid).length).toBe(2)
    await serves()
  }
  expect(workersOf(server).filter((pid) => before.includes(pid))).toEqual([])
})

test.each(['node', 'npm'] as const)('SIGTERM (%s) drains all workers, is said once, and ends with 0', async (how) => {
  const { server, port, poll } = await setUp(how)
  const streams = await Promise.all(
    Array.from({ length: 8 }, async () => (await RawConnection.open(port)).send(get(poll.streamUrl))),
  )
  for (const stream of streams) await stream.until(/\n\n$/)
  if (how === 'npm') server.signalGroup('SIGTERM')
  else server.signal('SIGTERM')
  for (const stream of streams) expect(await stream.ended).toBe('end')
  const code = await server.exited
  if (how === 'node') expect(code).toBe(0)
  expect(server.output.match(/closing/g)).toHaveLength(1)
})

test.each(['signal', 'signalGroup'] as const)(
  'votes whose connections wait to be handed out at SIGTERM (%s) are answered, whichever worker gets them',
  async (signal) => {
    const { server, port, poll, choiceId, databasePath } = await setUp()
    // The system makes connections for a process that stands still.
    server.signal('SIGSTOP')
    const vote = post(routes.votes(poll.id), { choiceIds: [choiceId] })
    const votes = await Promise.all(Array.from({ length: 50 }, async () => (await RawConnection.open(port)).send(vote)))
    server[signal]('SIGTERM')
    server.signal('SIGCONT')
    for (const connection of votes) expect(await connection.until(/\r\n\r\n.+/)).toMatch(/^HTTP\/1\.1 201 /)
    expect(await server.exited).toBe(0)
    expect(await recount(databasePath, poll.id)).toMatchObject({ totalVotes: 50 })
  },
)

test('a setting that no worker can start with ends all of it, and is said once', async () => {
  const folder = tempFolder()
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${folder}`, WORKERS: '3' })
  expect(await server.exited).toBe(1)
  expect(server.output.trim().split('\n')).toHaveLength(1)
  expect(server.output).toContain('DATABASE_URL')
})
