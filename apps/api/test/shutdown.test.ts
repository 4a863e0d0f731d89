import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { recount } from '../testing/database.ts'
import { get, post, RawConnection } from '../testing/raw-connection.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

const setUp = async (how: 'node' | 'npm' = 'node', workers = 1) => {
  const databasePath = join(tempFolder(), 'polls.sqlite')
  const environment = { DATABASE_URL: `sqlite:${databasePath}`, WORKERS: String(workers) }
  const started = new ServerProcess(environment, how)
  const server = Object.assign(started, await started.address())
  const { poll } = await createPoll(server.url)
  const choiceIds = poll.choices.map((choice) => choice.id)
  const connect = async (text: string) => (await RawConnection.open(server.port)).send(text)
  return { databasePath, server, poll, choiceIds, connect }
}

test('at SIGTERM streams end cleanly, idle connections are closed, and the process ends with 0', async () => {
  const { server, poll, connect } = await setUp()
  const streams = await Promise.all(Array.from({ length: 20 }, () => connect(get(poll.streamUrl))))
  for (const stream of streams) await stream.until(/\n\n$/)
  const idle = await connect(get(routes.poll(poll.id)))
  await idle.until(/"streamUrl"/)
  const unused = await connect('')
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  for (const connection of [...streams, idle, unused]) expect(await connection.ended).toBe('end')
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s to all processes of `npm run serve` at once counts as one signal: the vote in flight is answered',
  async (signal) => {
    const { server, poll, choiceIds, connect, databasePath } = await setUp('npm')
    const vote = post(routes.votes(poll.id), { choiceIds: [choiceIds[0]] })
    const begun = await connect(vote.slice(0, -3))
    await (await connect(get(routes.poll(poll.id)))).until(/"streamUrl"/)
    server.signalGroup(signal)
    await server.until(/closing/)
    begun.send(vote.slice(-3))
    expect(await begun.until(/\r\n\r\n.+/)).toMatch(/^HTTP\/1\.1 201 /)
    await server.exited
    expect(await recount(databasePath, poll.id)).toMatchObject({ totalVotes: 1 })
  },
)

test('a vote in flight at SIGTERM is committed and answered; one that comes later is refused', async () => {
  const { server, poll, choiceIds, connect, databasePath } = await setUp()
  const vote = post(routes.votes(poll.id), { choiceIds: [choiceIds[0]] })
  // The first has begun: the server has its head, and waits for the body. The second is not the first on its connection,
  // and of it the server has not seen a whole head.
  const begun = await connect(vote.slice(0, -3))
  const later = await connect(get(routes.poll(poll.id)))
  await later.until(/"streamUrl"/)
  later.send(vote.slice(0, 30))
  await (await connect(get(routes.poll(poll.id)))).until(/"streamUrl"/)
  server.signal('SIGTERM')
  await server.until(/closing/)
  begun.send(vote.slice(-3))
  later.send(vote.slice(30))

  const answer = await begun.until(/\r\n\r\n.+/)
  expect(answer).toMatch(/^HTTP\/1\.1 201 /)
  expect(answer).toContain('"totalVotes":1')
  const refusal = await later.until(/shutting-down"/)
  expect(refusal).toMatch(/HTTP\/1\.1 503 .*\r\nconnection: close\r\n/is)
  expect(refusal).toMatch(/^content-type: application\/problem\+json\r\n/im)
  expect(refusal).toMatch(/^retry-after: \d+\r\n/im)
  expect(await server.exited).toBe(0)
  expect(await recount(databasePath, poll.id)).toMatchObject({ totalVotes: 1 })
})

test('votes on connections that wait to be accepted at SIGTERM are answered: a proxy has sent them already', async () => {
  const { server, poll, choiceIds, connect, databasePath } = await setUp()
  const vote = post(routes.votes(poll.id), { choiceIds: [choiceIds[0]] })
  const slow = await connect(vote.slice(0, 30))
  await (await connect(get(routes.poll(poll.id)))).until(/"streamUrl"/)
  // The system makes connections for a process that stands still.
  server.signal('SIGSTOP')
  const votes = await Promise.all(Array.from({ length: 50 }, () => connect(vote)))
  server.signal('SIGTERM')
  server.signal('SIGCONT')
  await server.until(/closing/)
  slow.send(vote.slice(30))
  for (const connection of votes) expect(await connection.until(/\r\n\r\n.+/)).toMatch(/^HTTP\/1\.1 201 /)
  expect(await slow.until(/\r\n\r\n.+/)).toMatch(/^HTTP\/1\.1 201 .*\r\nconnection: close\r\n/is)
  expect(await server.exited).toBe(0)
  expect(await recount(databasePath, poll.id)).toMatchObject({ totalVotes: 51 })
})

test('of many votes during SIGTERM every acknowledged one is stored, and no other answer is a 2xx', async () => {
  const { server, poll, choiceIds, databasePath } = await setUp()
  let acknowledged = 0
  let unanswered = 0
  const voting = Array.from({ length: 16 }, async () => {
    for (;;) {
      const voter = new Voter(server.url)
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
      const body = JSON.stringify({ choiceIds: [choiceIds[acknowledged % 2]] })
      const answer = await voter.ask(routes.votes(poll.id), { ...init, body }).catch(() => undefined)
      if (answer?.status !== 201) {
        if (answer) expect(answer.status).toBe(503)
        else unanswered += 1
        return
      }
      acknowledged += 1
      if (acknowledged === 300) server.signal('SIGTERM')
    }
  })
  await Promise.all(voting)
  expect(await server.exited).toBe(0)
  const counted = await recount(databasePath, poll.id)
  expect(counted.totalVotes).toBeGreaterThanOrEqual(acknowledged)
  expect(counted.totalVotes).toBeLessThanOrEqual(acknowledged + unanswered)

  const again = await ServerProcess.open(databasePath)
  expect(await new Voter(again.url).read(poll.id)).toMatchObject({ revision: counted.totalVotes, ...counted })
})

test.each([1, 2])(
  'at SIGTERM under votes, with %i processes, each of 400 streams is told when to come back, evenly spread, and ends',
  async (workers) => {
    const { server, poll, choiceIds, connect, databasePath } = await setUp('node', workers)
    const streams = await Promise.all(Array.from({ length: 400 }, () => connect(get(poll.streamUrl))))
    for (const stream of streams) await stream.until(/\n\n$/)
    let acknowledged = 0
    let unanswered = 0
    const voting = Array.from({ length: 8 }, async () => {
      for (;;) {
        const vote = { choiceIds: [choiceIds[0]] }
        const answer = await new Voter(server.url).ask(routes.votes(poll.id), json(vote)).catch(() => undefined)
        if (answer?.status !== 201) {
          if (!answer) unanswered += 1
          return
        }
        acknowledged += 1
        if (acknowledged === 50) server.signal('SIGTERM')
      }
    })
    await Promise.all(voting)
    for (const stream of streams) expect(await stream.ended).toBe('end')
    expect(await server.exited).toBe(0)

    const retries = streams.map(({ text }) => {
      expect(text).toMatch(/\n\nevent: end\nretry: \d+\ndata: {"reason":"shutdown"}\n\n$/)
      return Number(/\nretry: (\d+)\ndata: .*\n\n$/.exec(text)?.[1])
    })
    for (const from of [500, 1000, 1500, 2000, 2500, 3000]) {
      const returning = retries.filter((retry) => retry >= from && retry < from + 500).length
      expect(returning).toBeGreaterThan(0)
      expect(returning).toBeLessThanOrEqual((streams.length / 6) * 2)
    }
    const { totalVotes } = await recount(databasePath, poll.id)
    expect(totalVotes).toBeGreaterThanOrEqual(acknowledged)
    expect(totalVotes).toBeLessThanOrEqual(acknowledged + unanswered)
  },
)

test('clients that never read or never finish do not keep the process from ending', async () => {
  const { server, poll, choiceIds, connect } = await setUp()
  const voter = new Voter(server.url)
  const asked = post(routes.votes(poll.id), { choiceIds: [choiceIds[0]] })
  const unfinished = [await connect(asked.slice(0, -3)), await connect(asked.slice(0, 20))]
  for (let reader = 0; reader < 3; reader += 1) (await connect(get(poll.streamUrl))).stopReading()
  await voter.vote(poll.id, choiceIds[0] as number)
  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
  for (const connection of unfinished) await connection.ended
})

/** Starts a server that can't start, and returns its output. */
const failure = async (environment: Record<string, string>) => {
  const server = new ServerProcess(environment)
  expect(await server.exited).toBe(1)
  expect(server.output).not.toMatch(/^\s+at /m)
  return server.output
}

test('a port that is in use is reported plainly', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const DATABASE_URL = `sqlite:${join(tempFolder(), 'polls.sqlite')}`
  const output = await failure({ PORT: String(port), DATABASE_URL })
  expect(output.trim().split('\n').at(-1)).toBe(
    `Port ${port} is in use. Stop the program that listens there, or set PORT to another port.`,
  )
})

test('every invalid variable is named, and nothing is started', async () => {
  const output = await failure({ PORT: 'x', DATABASE_URL: 'y', RATE_LIMIT: 'z', LOG_LEVEL: 'loud' })
  expect(output.trim().split('\n')).toHaveLength(5)
  for (const name of ['PORT', 'DATABASE_URL', 'RATE_LIMIT', 'LOG_LEVEL']) expect(output).toContain(`  ${name}: `)
})

const unusable: [string, (folder: string) => string][] = [
  ['is a folder', (folder) => folder],
  ['is under a file', (folder) => join(folder, 'file', 'polls.sqlite')],
  ['is where nothing can be written', () => '/sys/pollcast/polls.sqlite'],
  ['is no database', (folder) => join(folder, 'file')],
]

test.each(unusable)('a database that %s is reported plainly, with the setting to change', async (_, path) => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'more'))
  writeFileSync(join(folder, 'file'), 'not a database, though long enough to be taken for one'.repeat(100))
  const output = await failure({ DATABASE_URL: `sqlite:${path(folder)}` })
  expect(output).toContain('DATABASE_URL')
  expect(output.trim().split('\n')).toHaveLength(1)
})
