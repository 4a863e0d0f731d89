import { expect, onTestFinished, test } from 'vitest'
import { makePoll, pass, recount, sqlite } from '../../testing/engines.ts'

const away = { code: 'store-unavailable' }

const setUp = async () => {
  const file = await sqlite.create()
  const told: string[] = []
  const opened = await file.open({ error: (text) => told.push(String(text)), info: (text) => told.push(text) })
  onTestFinished(async () => {
    await opened.database.close()
    await file.remove()
  })
  const { snapshot, choiceIds } = await makePoll(opened.store)
  const { pollId } = snapshot
  const vote = (voterId: string) => opened.store.record({ pollId, voterId, choiceIds: choiceIds.slice(0, 1) })
  const pragma = async (text: string): Promise<number> => {
    const [row] = await opened.database.writer.query(`PRAGMA ${text}`)
    return Number(Object.values(row ?? {})[0])
  }
  return { ...opened, file, told, pollId, vote, pragma }
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
  const { store, file, told, pollId, vote, pragma } = await setUp()
  const other = await file.open()
  await pragma('busy_timeout = 20')
  await other.database.writer.query('BEGIN IMMEDIATE')
  // More than one batch: what waits behind the first is refused with it.
  const asked = [...Array.from({ length: 1200 }, (_, n) => vote(`${n}`)), makePoll(store)]
  for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ status: 'rejected', reason: away })
  expect((await store.snapshot(pollId)).totalVotes).toBe(0)

  await other.database.writer.query('ROLLBACK')
  await other.database.close()
  pass(10_000)
  expect(await vote('after')).toMatchObject({ changed: true, snapshot: { totalVotes: 1 } })
  expect(told).toEqual(lines('SQLITE_BUSY: database is locked'))
})

test('on a full disk votes are refused as unavailable, none that was acknowledged is lost, and they go on after', async () => {
  const { store, database, told, pollId, vote, pragma } = await setUp()
  await pragma(`max_page_count = ${await pragma('page_count')}`)
  const acknowledged: string[] = []
  const refused: unknown[] = []
  for (let n = 0; refused.length < 3; n += 1) {
    const voterId = `${n} ${'x'.repeat(200)}`
    const outcome = await vote(voterId).catch((error) => error)
    if (outcome instanceof Error) refused.push(outcome)
    else acknowledged.push(voterId)
  }
  for (const reason of refused) expect(reason).toMatchObject(away)
  await expect(Promise.all(Array.from({ length: 40 }, () => makePoll(store)))).rejects.toMatchObject(away)
  const full = await store.snapshot(pollId)
  expect(full).toMatchObject({ totalVotes: acknowledged.length, revision: acknowledged.length })
  expect(await recount(database, pollId)).toMatchObject({ ballots: acknowledged.length })

  await pragma('max_page_count = 100000')
  pass(10_000)
  expect(await vote('after')).toMatchObject({ changed: true, snapshot: { revision: full.revision + 1 } })
  expect(told).toEqual(lines('SQLITE_FULL: database or disk is full'))
})
