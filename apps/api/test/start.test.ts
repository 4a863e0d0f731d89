import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { query } from '../testing/database.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { connect } from '../testing/sqlite-connection.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

/** Starts a server that does not come to serve, and answers with what it said and how it ended. */
const startInVain = async (environment: Record<string, string>, args: readonly string[] = []) => {
  const server = new ServerProcess(
    { DATABASE_URL: `sqlite:${tempFolder()}/polls.sqlite`, ...environment },
    'node',
    args,
  )
  const code = await server.exited
  return { code, output: server.output.trim() }
}

/** Environments in which no server can start, and the message for each. */
const unusable: [Record<string, string>, RegExp][] = [
  [{ DATABASE_URL: 'sqlite:/proc/x/y/polls.sqlite' }, /^The database at .+ no folder can be made there/],
  [
    { DATABASE_URL: 'sqlite:x.sqlite\r', LOG_LEVEL: 'info\r' },
    /DATABASE_URL: ends .+ Unix line endings\n +LOG_LEVEL: ends .+ Unix line endings$/,
  ],
  [{ HOST: '[::1]' }, /HOST: .*without brackets: ::1$/],
  [{ HOST: 'no-such-host.invalid' }, /HOST: there is no host named no-such-host\.invalid \(\w+\)\.$/],
  [{ HOST: '192.0.2.1' }, /HOST: no network interface of this machine has the address 192\.0\.2\.1\.$/],
  [{ THEME_DIR: '/no/such/theme' }, /^THEME_DIR: \/no\/such\/theme can't be opened: ENOENT.+\.$/],
  [{ THEME_DIR: '/no/such/theme', WORKERS: '2' }, /^THEME_DIR: \/no\/such\/theme can't be opened: ENOENT.+\.$/],
  [{ HOST: '192.0.2.1', WORKERS: '2' }, /HOST: no network interface of this machine has the address 192\.0\.2\.1\.$/],
]

test('an environment in which no server can start is reported in a sentence, without a stack', async () => {
  const ended = await Promise.all(unusable.map(([environment]) => startInVain(environment)))
  expect(ended).toEqual(unusable.map(([, sentence]) => ({ code: 1, output: expect.stringMatching(sentence) })))
  for (const { output } of ended) expect(output).not.toMatch(/^ +at /m)
})

test('--help, --version and unknown options start no server', async () => {
  const folder = tempFolder()
  const start = (...args: string[]) => startInVain({ DATABASE_URL: `sqlite:${folder}/polls.sqlite` }, args)
  const ended = await Promise.all([start('--help'), start('--version'), start('--port', '80')])
  expect(ended).toEqual([
    { code: 0, output: expect.stringMatching(/^Pollcast, .+\n\nUsage: [\s\S]+DATABASE_URL/) },
    { code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    { code: 2, output: expect.stringMatching(/^"--port" is not an option/) },
  ])
  expect(readdirSync(folder)).toEqual([])
})

test.each(['1', '2'])(
  'a second server on an SQLite file (WORKERS=%s) is refused, until the first is gone',
  async (WORKERS) => {
    const path = join(tempFolder(), 'polls.sqlite')
    const first = await ServerProcess.open(path)
    const { poll } = await createPoll(first.url)
    const { code, output } = await startInVain({ DATABASE_URL: `sqlite:${path}`, WORKERS })
    expect(code).toBe(1)
    expect(output).toMatch(
      /^{.+"Waiting for another Pollcast to close .+polls\.sqlite …"}\nAnother Pollcast is running on .+$/,
    )
    expect(output).toContain(path)
    // It goes on, and others may read.
    await new Voter(first.url).vote(poll.id, poll.choices[0]?.id ?? 0)
    expect(await query(path, 'SELECT count(*) AS ballots FROM ballot')).toEqual([{ ballots: 1 }])

    const next = new ServerProcess({ DATABASE_URL: `sqlite:${path}`, WORKERS })
    await next.until(/Waiting for another/)
    first.signal('SIGKILL')
    const { url } = await next.address()
    expect((await new Voter(url).read(poll.id)).totalVotes).toBe(1)
  },
)

test.each(['1', '2'])(
  'where its lock was removed and a second server started, a server (WORKERS=%s) takes no votes and says so once',
  async (WORKERS) => {
    const path = join(tempFolder(), 'polls.sqlite')
    const first = new ServerProcess({ DATABASE_URL: `sqlite:${path}`, WORKERS })
    const { url } = await first.address()
    const { poll } = await createPoll(url)
    const body = json({ choiceIds: [poll.choices[0]?.id ?? 0] })
    rmSync(`${path}-lock`)
    const second = await ServerProcess.open(path)
    for (let n = 0; n < 3; n += 1) {
      expect((await new Voter(url).ask(routes.votes(poll.id), body)).status).toBe(503)
      expect((await new Voter(second.url).ask(routes.votes(poll.id), body)).status).toBe(201)
    }
    const told = () => first.output.split('\n').filter((line) => line.includes('is unavailable'))
    // The first server may have looked before the second one made its lock, or after.
    expect(told()).toEqual([
      expect.stringMatching(/(another file is in the place of .+-lock|-lock was moved or removed).+ restart Pollcast/),
    ])
  },
)

test('a database that a newer version has upgraded is refused, also by a pool, and stays as it is', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const server = await ServerProcess.open(path)
  server.signal('SIGTERM')
  await server.exited
  const postgres = await createDatabase()
  onTestFinished(postgres.drop)
  const node = new ServerProcess({ DATABASE_URL: postgres.url })
  await node.address()
  const newer = "INSERT INTO migrations (timestamp, name) VALUES (9763856000000, 'Rooms9763856000000')"
  await connect(path)(newer)
  await ask(postgres.url, newer)
  const before = readFileSync(path)
  for (const WORKERS of ['1', '2']) {
    const databases = [`sqlite:${path}`, postgres.url]
    for (const ended of await Promise.all(databases.map((url) => startInVain({ DATABASE_URL: url, WORKERS })))) {
      const output = expect.stringMatching(
        /^The database at \S+ has been upgraded by a newer Pollcast: .+Rooms9763856000000.+$/,
      )
      expect(ended).toEqual({ code: 1, output })
    }
  }
  expect(readFileSync(path).equals(before)).toBe(true)
})

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const files = ['polls.sqlite', 'polls.sqlite-lock', 'polls.sqlite-shm', 'polls.sqlite-wal']

test("the database's files and the folders made for them are for their user alone, also those of older versions", async () => {
  const folder = join(tempFolder(), 'var', 'data')
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  expect(readdirSync(folder).sort()).toEqual(files)
  for (const name of files) expect([name, modeOf(join(folder, name))]).toEqual([name, '600'])
  expect([modeOf(folder), modeOf(join(folder, '..'))]).toEqual(['700', '700'])
  expect(server.output).toContain(`A new database was made at ${path}`)
  // Killed, it leaves its log as well.
  server.signal('SIGKILL')
  await server.exited
  for (const name of files) chmodSync(join(folder, name), 0o644)
  chmodSync(folder, 0o755)

  const again = await ServerProcess.open(path)
  for (const name of files) expect([name, modeOf(join(folder, name))]).toEqual([name, '600'])
  // A folder that was there may be others' as well.
  expect(modeOf(folder)).toBe('755')
  expect(again.output.match(/other users could read them/g)).toHaveLength(1)
  expect(again.output).not.toContain('A new database')
})
