import { execFileSync } from 'node:child_process'
import {
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { query } from '../../testing/database.ts'
import { advanceClock, makePoll, recount, sqlite, storeOf } from '../../testing/engines.ts'
import { connect } from '../../testing/sqlite-connection.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { type Log, silent } from '../lib/log.ts'
import { DatabaseRefused } from './database.ts'
import { renewEpoch } from './installation.ts'
import { SqlPollWriter } from './sql-poll-writer.ts'
import { openSqlite } from './sqlite-database.ts'

const away = { code: 'store-unavailable' }

/** An open database in a folder of its own, and what the log is told while it is opened, and later. */
const setUp = async ({ path = join(tempFolder(), 'data', 'polls.sqlite') } = {}) => {
  const told: string[] = []
  const log: Log = { ...silent, error: (text) => told.push(String(text)), info: (text) => told.push(text) }
  const database = await openSqlite(path, log)
  onTestFinished(() => database.close())
  const toldAtStart = told.splice(0)
  const opened = { database, store: storeOf(database) }
  const { pollId, choiceIds } = await makePoll(opened.store)
  const vote = (ballotId: string) => opened.store.record({ pollId, ballotId, answer: choiceIds.slice(0, 1) })
  const pragma = async (text: string): Promise<number> => {
    const [row] = await opened.database.writer.query(`PRAGMA ${text}`)
    return Number(Object.values(row ?? {})[0])
  }
  return { ...opened, path, toldAtStart, told, pollId, vote, pragma }
}

const lines = (reason: string) => [
  expect.stringMatching(`^The database at /.+/polls.sqlite can't be written to: ${reason}\\. Votes and new polls are `),
  expect.stringMatching(/^The database at .+ can be written to again\.$/),
]

test('the file is in WAL mode and every commit reaches the disk', async () => {
  const { database } = await setUp()
  expect(await database.writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  expect(await database.writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
})

test('while someone else has the file locked votes and new polls are refused as unavailable, and go on after', async () => {
  const { store, path, told, pollId, vote, pragma } = await setUp()
  const other = connect(path)
  await pragma('busy_timeout = 20')
  await other('BEGIN IMMEDIATE')
  // More than one batch: what waits behind the first is refused with it.
  const asked = [...Array.from({ length: 1200 }, (_, n) => vote(`${n}`)), makePoll(store)]
  for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ status: 'rejected', reason: away })
  expect((await store.find(pollId)).voters).toBe(0)

  await other('ROLLBACK')
  advanceClock(10_000)
  expect(await vote('after')).toMatchObject({ changed: true, poll: { voters: 1 } })
  expect(told).toEqual(lines('SQLITE_BUSY: database is locked'))
})

test('on a full disk votes are refused as unavailable, none that was acknowledged is lost, and they go on after', async () => {
  const { store, database, told, pollId, vote, pragma } = await setUp()
  await pragma(`max_page_count = ${await pragma('page_count')}`)
  const acknowledged: string[] = []
  const refused: unknown[] = []
  for (let n = 0; refused.length < 3; n += 1) {
    const ballotId = `${n} ${'x'.repeat(200)}`
    const outcome = await vote(ballotId).catch((error) => error)
    if (outcome instanceof Error) refused.push(outcome)
    else acknowledged.push(ballotId)
  }
  for (const reason of refused) expect(reason).toMatchObject(away)
  const made = await Promise.allSettled(Array.from({ length: 40 }, () => makePoll(store)))
  expect(made).toContainEqual({ status: 'rejected', reason: expect.objectContaining(away) })
  const full = await store.find(pollId)
  expect(full).toMatchObject({ voters: acknowledged.length, revision: acknowledged.length })
  expect(await recount(database, pollId)).toMatchObject({ ballots: acknowledged.length })

  await pragma('max_page_count = 100000')
  advanceClock(10_000)
  expect(await vote('after')).toMatchObject({ changed: true, poll: { revision: full.revision + 1 } })
  expect(told).toEqual(lines('SQLITE_FULL: database or disk is full'))
})

const folderOf = (path: string) => join(path, '..')

/** What can become of a database that is open, and the words of the log for it. */
const moves: [string, (path: string) => void, RegExp][] = [
  ['its file is removed', (path) => rmSync(path), /polls\.sqlite was moved or removed/],
  [
    'its folder is removed',
    (path) => rmSync(folderOf(path), { recursive: true }),
    /polls\.sqlite was moved or removed/,
  ],
  [
    'its folder is moved, and another one made in its place',
    (path) => {
      renameSync(folderOf(path), `${folderOf(path)}-old`)
      mkdirSync(folderOf(path))
      copyFileSync(join(`${folderOf(path)}-old`, 'polls.sqlite'), path)
    },
    /another file is in the place of .+polls\.sqlite/,
  ],
  [
    'a backup is moved over its file',
    (path) => {
      copyFileSync(path, `${path}.backup`)
      renameSync(`${path}.backup`, path)
    },
    /another file is in the place of .+polls\.sqlite/,
  ],
  [
    'part of its path becomes a file',
    (path) => {
      renameSync(folderOf(path), `${folderOf(path)}-old`)
      copyFileSync(join(`${folderOf(path)}-old`, 'polls.sqlite'), folderOf(path))
    },
    /polls\.sqlite was moved or removed/,
  ],
  ['its log is removed', (path) => rmSync(`${path}-wal`), /polls\.sqlite-wal was moved or removed/],
  [
    'its log is replaced',
    (path) => {
      copyFileSync(`${path}-wal`, `${path}.copy`)
      renameSync(`${path}.copy`, `${path}-wal`)
    },
    /another file is in the place of .+polls\.sqlite-wal/,
  ],
  [
    'its lock is removed',
    (path) => rmSync(`${path}-lock`),
    /polls\.sqlite-lock was moved or removed .+ make sure that none is running,/,
  ],
  [
    'its lock is replaced',
    (path) => {
      writeFileSync(`${path}.copy`, '')
      renameSync(`${path}.copy`, `${path}-lock`)
    },
    /another file is in the place of .+polls\.sqlite-lock/,
  ],
  ["its log's index is removed", (path) => rmSync(`${path}-shm`), /polls\.sqlite-shm was moved or removed/],
]

test.each(moves)(
  'where %s, votes, new polls and reads are unavailable, and the log says so once',
  async (_, move, reason) => {
    const { store, path, told, pollId, vote } = await setUp()
    await vote('before')
    move(path)
    const asked = [vote('a'), vote('b'), makePoll(store), store.find(pollId), store.list({ limit: 5 })]
    for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ status: 'rejected', reason: away })
    await expect(vote('c')).rejects.toMatchObject(away)
    expect(told).toEqual([expect.stringMatching(reason)])
    expect(told[0]).toMatch(
      /^The database at .+ is unavailable: .+ restart Pollcast\. Votes and reads are answered with 503/,
    )
  },
)

test('where a symbolic link leads to another database now, votes are unavailable', async () => {
  const folder = tempFolder()
  for (const name of ['one', 'other']) mkdirSync(join(folder, name))
  const path = join(folder, 'polls.sqlite')
  // The file that it leads to is there.
  await (await openSqlite(join(folder, 'one', 'polls.sqlite'))).close()
  symlinkSync(join(folder, 'one', 'polls.sqlite'), path)
  const { vote, told } = await setUp({ path })
  await vote('before')
  copyFileSync(path, join(folder, 'other', 'polls.sqlite'))
  rmSync(path)
  symlinkSync(join(folder, 'other', 'polls.sqlite'), path)
  await expect(vote('after')).rejects.toMatchObject(away)
  expect(told).toEqual([expect.stringContaining(`another file is in the place of ${path}`)])
})

test('a file that is removed before the COMMIT leaves nothing acknowledged, and nothing is written after', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const database = await openSqlite(path)
  onTestFinished(() => database.close())
  const writer = new SqlPollWriter(database)
  const vote = (ballotId: string) => writer.record({ pollId: 'tabspace', ballotId, answer: [1] })
  const commit = await sqlite.pauseCommits(database.writer)
  const votes = Array.from({ length: 50 }, (_, n) => vote(`${n}`))
  await commit.asked
  renameSync(path, `${path}.moved`)
  commit.allow()
  for (const one of await Promise.allSettled(votes)) expect(one).toMatchObject({ status: 'rejected', reason: away })
  const written = await recount(database, 'tabspace')
  await expect(vote('later')).rejects.toMatchObject(away)
  expect(await recount(database, 'tabspace')).toEqual(written)
})

test('all goes on where the files are put back, and what was acknowledged is there', async () => {
  const { store, path, told, pollId, vote } = await setUp()
  await vote('before')
  const folder = folderOf(path)
  renameSync(folder, `${folder}-moved`)
  await expect(vote('meanwhile')).rejects.toMatchObject(away)
  renameSync(`${folder}-moved`, folder)
  expect((await vote('after')).changed).toBe(true)
  const ballots = await query<{ id: string }>(path, `SELECT id FROM ballot WHERE poll_id = '${pollId}'`)
  expect(ballots.map((ballot) => ballot.id)).toEqual(expect.arrayContaining(['after', 'before']))
  expect((await store.find(pollId)).voters).toBe(ballots.length)
  expect(told).toEqual([
    expect.stringContaining('is unavailable'),
    expect.stringMatching(/^The database at .+ is available again\.$/),
  ])
})

/** Files at which there can be no database, and what is said of them. */
const places: [string, (folder: string) => string, RegExp][] = [
  ['below /proc', () => '/proc/x/y/polls.sqlite', /no folder can be made there/],
  ['a folder', (folder) => folder, /is a folder. Name a file in it/],
  [
    'in a file',
    (folder) => {
      writeFileSync(join(folder, 'file'), '')
      return join(folder, 'file', 'polls.sqlite')
    },
    /a part of its path is a file/,
  ],
  [
    'a file of another kind',
    (folder) => {
      writeFileSync(join(folder, 'polls.sqlite'), 'It is a long text. '.repeat(100))
      return join(folder, 'polls.sqlite')
    },
    /it is not an SQLite database/,
  ],
  ['with a name that is too long', (folder) => join(folder, 'x'.repeat(300)), /too long/],
  [
    'a pipe',
    (folder) => {
      execFileSync('mkfifo', [join(folder, 'pipe')])
      return join(folder, 'pipe')
    },
    /not a regular file/,
  ],
  [
    'a link to nothing',
    (folder) => {
      symlinkSync(join(folder, 'nothing'), join(folder, 'link'))
      return join(folder, 'link')
    },
    /symbolic link to something that is not there/,
  ],
  [
    'a link to itself',
    (folder) => {
      symlinkSync(join(folder, 'link'), join(folder, 'link'))
      return join(folder, 'link')
    },
    /symbolic link/,
  ],
]

test.each(places)('a database that would be %s is refused in a sentence', async (_, make, sentence) => {
  const path = make(tempFolder())
  const refused = await openSqlite(path).catch((error) => error)
  expect(refused).toBeInstanceOf(DatabaseRefused)
  expect(refused.message).toMatch(sentence)
  expect(refused.message).toContain(path)
  expect(refused.message).toContain('DATABASE_URL')
})

test("another program's database is refused, and stays as it is", async () => {
  const path = join(tempFolder(), 'places.sqlite')
  writeFileSync(path, '', { mode: 0o644 })
  await connect(path)('CREATE TABLE bookmark (id integer)')
  const before = [readFileSync(path), statSync(path).mode]
  await expect(openSqlite(path)).rejects.toThrow(/another program's: it has a table bookmark/)
  expect([readFileSync(path), statSync(path).mode]).toEqual(before)
})

test.runIf(process.getuid?.() === 0)(
  'a file of another user that others can read is logged, and left as it is',
  async () => {
    const path = join(tempFolder(), 'polls.sqlite')
    writeFileSync(path, '', { mode: 0o644 })
    chownSync(path, 12345, 12345)
    const { toldAtStart } = await setUp({ path })
    expect(statSync(path).mode & 0o777).toBe(0o644)
    expect(toldAtStart).toEqual([expect.stringMatching(/^Other users can read .+polls\.sqlite.*another user\.$/)])
  },
)

test('a database has an epoch from its first start, which stays until it is renewed', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const epochs: string[] = []
  for (let start = 0; start < 3; start += 1) {
    const database = await openSqlite(path)
    epochs.push(database.epoch)
    if (start === 1) await renewEpoch(database.writer.manager)
    await database.close()
  }
  expect(epochs[0]).toMatch(/^[\w-]{8}$/)
  expect(epochs[1]).toBe(epochs[0])
  expect(epochs[2]).toMatch(/^[\w-]{8}$/)
  expect(epochs[2]).not.toBe(epochs[0])
})

test('a database of before there were epochs gets one', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const old = await openSqlite(path)
  await old.writer.query("DELETE FROM setting WHERE name = 'epoch'")
  await old.close()
  const database = await openSqlite(path)
  expect(database.epoch).toMatch(/^[\w-]{8}$/)
  expect(database.voterKey).toBe(old.voterKey)
  await database.close()
})
