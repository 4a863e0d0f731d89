import { expect, onTestFinished, test } from 'vitest'
import { makePoll, sqlite } from './test-store.ts'

const setUp = async () => {
  const file = await sqlite.create()
  const opened = await file.open()
  onTestFinished(async () => {
    await opened.database.close()
    await file.remove()
  })
  return { ...opened, file }
}

test('the file is in WAL mode and every commit reaches the disk', async () => {
  const { database } = await setUp()
  expect(await database.writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  expect(await database.writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
})

test('votes that come while the database is locked by someone else are refused, and voting goes on after', async () => {
  const { store, database, file } = await setUp()
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const other = await file.open()
  await database.writer.query('PRAGMA busy_timeout = 20')
  await other.database.writer.query('BEGIN IMMEDIATE')
  const vote = (voterId: string) => store.record({ pollId, voterId, choiceIds: choiceIds.slice(0, 1) })
  const refused = await Promise.allSettled(Array.from({ length: 1200 }, (_, n) => vote(`${n}`)))
  expect(refused.every((one) => one.status === 'rejected')).toBe(true)

  await other.database.writer.query('ROLLBACK')
  await other.database.close()
  expect(await vote('after')).toMatchObject({ changed: true, snapshot: { totalVotes: 1 } })
})
