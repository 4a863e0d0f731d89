import { join } from 'node:path'
import type { Problem } from '@pollcast/shared/problem'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { migrations } from '../src/store/schema.ts'
import { readProblem } from '../testing/answer.ts'
import { query } from '../testing/database.ts'
import { freePort } from '../testing/free-port.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { TcpProxy } from '../testing/tcp-proxy.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

const setUp = async () => {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  return { direct: url, ...(await TcpProxy.before(url, 5432)) }
}

const addressOf = async (server: ServerProcess) => (await server.address()).url

const retryAfter = (answer: Response) => Number(answer.headers.get('Retry-After'))

test('while the database is away requests get a 503 that says when to come back, the log one line, and all is well after', async () => {
  const { url, proxy } = await setUp()
  const secret = Object.assign(new URL(url), { password: 'pa$$word' })
  const server = new ServerProcess({ DATABASE_URL: secret.href })
  const address = await addressOf(server)
  const { poll } = await createPoll(address)
  const [choice = 0] = poll.choices.map(({ id }) => id)
  await new Voter(address).vote(poll.id, choice)

  proxy.refuse()
  const vote = () => new Voter(address).ask(routes.votes(poll.id), json({ choiceIds: [choice] }))
  const asked = [vote(), fetch(address + routes.poll(poll.id)), fetch(address + routes.polls)]
  for (const answer of await Promise.all(asked)) {
    expect(retryAfter(answer)).toBe(2)
    const problem: Problem = await readProblem('store-unavailable', answer)
    expect(problem.status).toBe(503)
  }

  proxy.refuse(false)
  expect(await new Voter(address).vote(poll.id, choice)).toMatchObject({ revision: 2, totalVotes: 2 })
  await server.until(/is available again/)
  const told = server.output.split('\n').filter((line) => line.includes('The database at'))
  expect(told.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 50,
      msg: expect.stringMatching(`^The database at ${secret.host} is unavailable: `),
    }),
    expect.objectContaining({ level: 30, msg: `The database at ${secret.host} is available again.` }),
  ])
  expect(server.output).not.toContain(secret.password)
  expect(server.output).not.toContain('pa$$word')
})

test('a vote on one node is there on another, and a voter is the same voter on both', async () => {
  const { direct } = await setUp()
  const nodes = [new ServerProcess({ DATABASE_URL: direct }), new ServerProcess({ DATABASE_URL: direct })]
  const [here = '', there = ''] = await Promise.all(nodes.map(addressOf))
  const { poll } = await createPoll(here)
  const [a = 0, b = 0] = poll.choices.map(({ id }) => id)
  const voter = new Voter(here)
  await voter.vote(poll.id, a)
  const again = new Voter(there)
  for (const [name, value] of voter.cookies) again.cookies.set(name, value)
  expect(await again.vote(poll.id, b)).toMatchObject({ revision: 2, totalVotes: 1 })
  expect(await voter.read(poll.id)).toMatchObject({ revision: 2, ownChoiceIds: [b] })
})

test('a node that starts while the database is away says so once, and goes on when it is there', async () => {
  const { url, proxy } = await setUp()
  proxy.refuse()
  const server = new ServerProcess({ DATABASE_URL: url })
  await server.until(/Waiting for the database at 127\.0\.0\.1:\d+/)
  proxy.refuse(false)
  await addressOf(server)
  expect(server.output.match(/Waiting/g)).toHaveLength(1)
})

test('SIGTERM ends a node that waits for its database', async () => {
  const server = new ServerProcess({ DATABASE_URL: `postgres://polls@127.0.0.1:${await freePort()}/polls` })
  await server.until(/Waiting/)
  server.signal('SIGTERM')
  expect([0, 'SIGTERM']).toContain(await server.exited)
})

test('a database that is not there is said plainly, without the password', async () => {
  const url = new URL((await postgresServer()).url)
  url.pathname = 'no_such_database'
  url.password ||= 'secret'
  const server = new ServerProcess({ DATABASE_URL: url.href })
  expect(await server.exited).toBe(1)
  expect(server.output.trim().split('\n')).toHaveLength(1)
  expect(server.output).toContain('DATABASE_URL')
  expect(server.output).toContain('"no_such_database"')
  expect(server.output).not.toContain(url.password)
})

interface NewDatabase {
  DATABASE_URL: string
  read(sql: string): Promise<unknown[]>
}

/** With how many of the four servers serve it. */
const engines: [string, number, () => Promise<NewDatabase>][] = [
  [
    'an SQLite file',
    1,
    async () => {
      const path = join(tempFolder(), 'data', 'polls.sqlite')
      return { DATABASE_URL: `sqlite:${path}`, read: (sql) => query(path, sql) }
    },
  ],
  [
    'a PostgreSQL database',
    4,
    async () => {
      const { direct } = await setUp()
      return { DATABASE_URL: direct, read: (sql) => ask(direct, sql) }
    },
  ],
]

test.each(engines)(
  'four processes that start at once on %s that is new migrate it once',
  async (_, serving, create) => {
    const { DATABASE_URL, read } = await create()
    const nodes = Array.from({ length: 4 }, () => new ServerProcess({ DATABASE_URL }))
    const started = await Promise.allSettled(nodes.map(addressOf))
    expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(serving)
    for (const node of nodes) expect(node.output).toMatch(/http:|Another Pollcast is running on/)
    expect(await read('SELECT name FROM migrations ORDER BY id')).toEqual(migrations.map(({ name }) => ({ name })))
    expect(await read('SELECT id FROM poll')).toHaveLength(2)
    expect(await read('SELECT name FROM setting ORDER BY name')).toEqual([
      { name: 'epoch' },
      { name: 'installation-id' },
      { name: 'voter-key' },
    ])
  },
)
