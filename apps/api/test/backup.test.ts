import {
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { migrations } from '../src/store/schema.ts'
import { query, recount } from '../testing/database.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { connect } from '../testing/sqlite-connection.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll, Voter } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

/** Runs a command of the built program on a database, to its end. */
const run = async (DATABASE_URL: string, ...args: string[]) => {
  const command = new ServerProcess({ DATABASE_URL }, 'node', args)
  const code = await command.exited
  expect(command.output).not.toMatch(/^ +at /m)
  return { code, said: command.output.trim() }
}

const epochOf = async (path: string) =>
  (await query<{ value: string }>(path, "SELECT value FROM setting WHERE name = 'epoch'"))[0]?.value

/** Votes one after the other until it is told to stop, and counts those that were acknowledged. */
const voting = (url: string, pollId: string, choiceId: number) => {
  let stopped = false
  const crowd = { acknowledged: 0, stop: () => {} }
  const votes = async () => {
    while (!stopped) {
      await new Voter(url).vote(pollId, choiceId)
      crowd.acknowledged += 1
    }
  }
  const done = Promise.allSettled([votes(), votes(), votes(), votes()])
  return Object.assign(crowd, {
    stop: async () => {
      stopped = true
      await done
    },
  })
}

test.each(['1', '2'])(
  'restore drill (WORKERS=%s): a backup made under votes is what comes back after a kill, in a new epoch',
  async (WORKERS) => {
    const folder = tempFolder()
    const path = join(folder, 'polls.sqlite')
    const environment = { DATABASE_URL: `sqlite:${path}`, WORKERS }
    const server = new ServerProcess(environment)
    const { url } = await server.address()
    const { poll } = await createPoll(url)
    const [choice = 0] = poll.choices.map(({ id }) => id)
    const first = new Voter(url)
    await first.vote(poll.id, choice)
    const epoch = await epochOf(path)

    const crowd = voting(url, poll.id, choice)
    const before = crowd.acknowledged
    const backup = join(folder, 'backup.sqlite')
    expect(await run(environment.DATABASE_URL, 'backup', backup)).toMatchObject({ code: 0 })
    const after = crowd.acknowledged
    await crowd.stop()
    await new Voter(url).vote(poll.id, choice)
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    const asked = await recount(backup, poll.id)
    expect(asked.totalVotes).toBeGreaterThanOrEqual(1 + before)
    // Votes that were being answered when the backup was over may be in it.
    expect(asked.totalVotes).toBeLessThanOrEqual(1 + after + 4)

    server.signalGroup('SIGKILL')
    await server.exited
    const lost = await recount(path, poll.id)
    expect(lost.totalVotes).toBeGreaterThan(asked.totalVotes)
    const restored = await run(environment.DATABASE_URL, 'restore', backup)
    expect(restored).toMatchObject({ code: 0, said: expect.stringMatching(/is kept as .+-replaced-/) })
    expect(await recount(path, poll.id)).toEqual(asked)
    const [kept = ''] = readdirSync(folder).filter((name) => /-replaced-[\dT-]+$/.test(name))
    expect(await recount(join(folder, kept), poll.id)).toEqual(lost)

    const again = new ServerProcess(environment)
    const next = await again.address()
    expect(await new Voter(next.url).read(poll.id)).toMatchObject({ totalVotes: asked.totalVotes })
    expect(await epochOf(path)).toMatch(/^[\w-]{8}$/)
    expect(await epochOf(path)).not.toBe(epoch)
    // The key that signs cookies came back too: the voter is the same one.
    const changed = new Voter(next.url)
    for (const [name, value] of first.cookies) changed.cookies.set(name, value)
    expect((await changed.vote(poll.id, choice)).totalVotes).toBe(asked.totalVotes)
  },
)

test('a backup replaces no file unless it is told to, and a restore is refused while the server runs', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  const url = `sqlite:${path}`
  const file = join(folder, 'backup.sqlite')
  writeFileSync(file, 'something else')
  expect(await run(url, 'backup', file)).toEqual({ code: 1, said: expect.stringMatching(/is there already.+--force/) })
  expect(readFileSync(file, 'utf8')).toBe('something else')
  expect(await run(url, 'backup', file, '--force')).toMatchObject({ code: 0 })
  for (const command of ['backup', 'export']) {
    for (const own of [path, `${path}-wal`]) {
      const said = expect.stringMatching(/is the database itself/)
      expect(await run(url, command, own, '--force')).toEqual({ code: 1, said })
    }
  }
  const { poll } = await createPoll(server.url)
  expect(await run(url, 'restore', file)).toEqual({
    code: 1,
    said: expect.stringMatching(/Another Pollcast is running/),
  })
  expect(await new Voter(server.url).read(poll.id)).toMatchObject({ id: poll.id })
  expect(readdirSync(folder).filter((name) => /partial|replaced/.test(name))).toEqual([])
})

test('what is no whole backup of Pollcast is refused, and the database stays as it is', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  const backup = join(folder, 'backup.sqlite')
  await run(`sqlite:${path}`, 'backup', backup)
  const exported = join(folder, 'polls.jsonl')
  await run(`sqlite:${path}`, 'export', exported)
  server.signal('SIGTERM')
  await server.exited

  const [text, foreign, damaged, newer] = ['text', 'foreign', 'damaged', 'newer'].map((name) => join(folder, name))
  writeFileSync(text ?? '', 'Dear backup, '.repeat(100))
  writeFileSync(foreign ?? '', '')
  await connect(foreign ?? '')('CREATE TABLE shopping (item)')
  writeFileSync(damaged ?? '', readFileSync(backup))
  truncateSync(damaged ?? '', statSync(backup).size / 2)
  writeFileSync(newer ?? '', readFileSync(backup))
  await connect(newer ?? '')("INSERT INTO migrations (timestamp, name) VALUES (9763856000000, 'Rooms9763856000000')")

  const link = join(folder, 'link')
  symlinkSync(path, link)
  const before = readFileSync(path)
  const sentences = [
    [text, /is not an SQLite database/],
    [foreign, /is no database of Pollcast/],
    [damaged, /damaged|can't be read/],
    [newer, /upgraded by a newer Pollcast: .+Rooms9763856000000/],
    [join(folder, 'nothing'), /There is no file/],
    [folder, /is a folder/],
    [path, /is the database itself/],
    [link, /is the database itself/],
  ] as const
  for (const [file = '', sentence] of sentences) {
    expect(await run(`sqlite:${path}`, 'restore', file)).toEqual({ code: 1, said: expect.stringMatching(sentence) })
  }
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(folder).filter((name) => /partial|replaced/.test(name))).toEqual([])
  // A folder in the place of the database is not set aside.
  for (const command of ['restore', 'import']) {
    const said = expect.stringMatching(/DATABASE_URL: .+ is a folder\. Name a file in it/)
    const file = command === 'restore' ? backup : exported
    expect(await run(`sqlite:${folder}`, command, file)).toEqual({ code: 1, said })
  }
  expect(statSync(folder).isDirectory()).toBe(true)
  expect(await run(`sqlite:${folder}/none.sqlite`, 'backup', join(folder, 'b'))).toEqual({
    code: 1,
    said: expect.stringMatching(/There is no database at .+none\.sqlite/),
  })
})

test('of a damaged database no backup is made', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  server.signal('SIGTERM')
  await server.exited
  // Its header and the list of its tables are whole.
  const pages = readFileSync(path)
  pages.fill(0xff, 8192)
  writeFileSync(path, pages)
  const said = expect.stringMatching(/is damaged: .+\. No copy was made\.$|is damaged\. Restore it from a backup/)
  expect(await run(`sqlite:${path}`, 'backup', join(folder, 'backup.sqlite'))).toEqual({ code: 1, said })
  expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual([])
})

test('a backup that was put back by hand beside the log of a killed server is not read with that log', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  const backup = join(folder, 'backup.sqlite')
  expect(await run(`sqlite:${path}`, 'backup', backup)).toMatchObject({ code: 0 })
  await createPoll(server.url)
  // While the server runs, and after a kill, the log is the database's own.
  expect(await run(`sqlite:${path}`, 'export', join(folder, 'before'))).toMatchObject({ code: 0 })
  server.signal('SIGKILL')
  await server.exited
  expect(await run(`sqlite:${path}`, 'backup', join(folder, 'after'))).toMatchObject({ code: 0 })
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  copyFileSync(backup, path)
  const before = readdirSync(folder)
  for (const command of ['backup', 'export']) {
    const said = expect.stringMatching(/^The log beside .+ is another file's: .+ Start Pollcast on it first/)
    expect(await run(`sqlite:${path}`, command, join(folder, command))).toEqual({ code: 1, said })
  }
  expect(readdirSync(folder)).toEqual(before)
  await ServerProcess.open(path)
  expect(await run(`sqlite:${path}`, 'export', join(folder, 'export'))).toMatchObject({ code: 0 })
})

test('a restore fills the place of a database that is gone', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  const { poll } = await createPoll(server.url)
  const backup = join(folder, 'backup.sqlite')
  await run(`sqlite:${path}`, 'backup', backup)
  const elsewhere = join(folder, 'new', 'data', 'polls.sqlite')
  expect(await run(`sqlite:${elsewhere}`, 'restore', backup)).toMatchObject({ code: 0 })
  const next = await ServerProcess.open(elsewhere)
  expect(await new Voter(next.url).read(poll.id)).toMatchObject({ id: poll.id })
})

test('PostgreSQL: pg_dump backs up under votes, and an empty database gets it back in a new epoch', async () => {
  const [one, other] = [await createDatabase(), await createDatabase()]
  onTestFinished(async () => void (await Promise.all([one.drop(), other.drop()])))
  const server = new ServerProcess({ DATABASE_URL: one.url })
  const { url } = await server.address()
  const { poll } = await createPoll(url)
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const backup = join(tempFolder(), 'backup.dump')
  expect(await run(one.url, 'backup', backup)).toMatchObject({ code: 0 })
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)

  expect(await run(one.url, 'restore', backup)).toEqual({ code: 1, said: expect.stringMatching(/is not empty/) })
  expect(await run(other.url, 'restore', backup)).toMatchObject({ code: 0 })
  const next = new ServerProcess({ DATABASE_URL: other.url })
  expect(await new Voter((await next.address()).url).read(poll.id)).toMatchObject({ totalVotes: 1 })
  const epochs = [one.url, other.url].map((at) => ask(at, "SELECT value FROM setting WHERE name = 'epoch'"))
  const [before, after] = await Promise.all(epochs)
  expect(after).not.toEqual(before)
})

test('before an upgrade the database is kept as it was', async () => {
  const folder = tempFolder()
  const path = join(folder, 'polls.sqlite')
  const server = await ServerProcess.open(path)
  server.signal('SIGTERM')
  await server.exited
  // As it was before the newest migration.
  const old = await new DataSource({ type: 'sqlite', database: path, migrations }).initialize()
  await old.undoLastMigration()
  await old.destroy()

  const upgraded = await ServerProcess.open(path)
  expect(upgraded.output).toContain('"event":"database-upgrade-backup"')
  const [kept = ''] = readdirSync(folder).filter((name) => /-before-\d+\.\d+\.\d+$/.test(name))
  const applied = 'SELECT count(*) AS n FROM migrations'
  expect(await query(join(folder, kept), applied)).toEqual([{ n: migrations.length - 1 }])
  expect(await query(path, applied)).toEqual([{ n: migrations.length }])
  upgraded.signal('SIGTERM')
  await upgraded.exited
  // It is put back as any backup is.
  renameSync(join(folder, kept), join(folder, 'old'))
  expect(await run(`sqlite:${path}`, 'restore', join(folder, 'old'))).toMatchObject({ code: 0 })
  const again = await ServerProcess.open(path)
  expect(again.output).toContain('"event":"database-upgrade-backup"')
})
