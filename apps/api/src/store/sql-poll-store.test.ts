import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connections } from './data-source.ts'
import type { SqlPollStore } from './sql-poll-store.ts'
import { holdCommits, makePoll, openTestStore } from './test-store.ts'

let file: Awaited<ReturnType<typeof openTestStore>>
let store: SqlPollStore
let connections: Connections
let commit: Awaited<ReturnType<typeof holdCommits>>

beforeEach(async () => {
  file = await openTestStore()
  ;({ store, connections } = await file.open())
})

afterEach(async () => {
  await store.close()
  await file.remove()
})

const restart = async () => {
  await store.close()
  ;({ store, connections } = await file.open())
}

/** What the ballots in the file say, past all counters. */
const recount = async (pollId: string) => {
  const rows: { choiceIds: string }[] = await connections.reader.query(
    'SELECT choice_ids AS choiceIds FROM ballot WHERE poll_id = ?',
    [pollId],
  )
  const votes = new Map<number, number>()
  for (const { choiceIds } of rows) {
    for (const id of JSON.parse(choiceIds)) votes.set(id, (votes.get(id) ?? 0) + 1)
  }
  return { ballots: rows.length, votes }
}

test('a newcomer finds the two demo polls', async () => {
  const { polls } = await store.list({ limit: 20 })
  expect(polls.map((poll) => poll.question).sort()).toEqual(['Tabs or spaces?', 'Vim or Emacs?'])
})

test('the file is in WAL mode and every commit reaches the disk', async () => {
  expect(await connections.writer.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  expect(await connections.writer.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }])
})

test('200 votes at once are 200 ballots, and 200 revisions', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const votes = Array.from({ length: 200 }, (_, n) => {
    return { pollId, voterId: `voter-${n}`, choiceIds: [choiceIds[n % 3] ?? 0] }
  })
  const recorded = await Promise.all(votes.map((vote) => store.record(vote)))
  expect(recorded.every((one) => one.changed)).toBe(true)
  const after = await store.snapshot(pollId)
  expect(after).toMatchObject({ totalVotes: 200, revision: 200 })
  expect(after.choices.map((choice) => choice.votes)).toEqual([67, 67, 66])
  const counted = await recount(pollId)
  expect(counted.ballots).toBe(200)
  expect(after.choices.map(({ id }) => counted.votes.get(id))).toEqual([67, 67, 66])
})

test('a vote is acknowledged, and seen by any reader, only after its commit', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  await store.close()
  ;({ store, connections } = await file.open(async (writer) => {
    commit = await holdCommits(writer)
  }))

  let acknowledged = false
  const vote = store.record({ pollId, voterId: 'me', choiceIds: choiceIds.slice(0, 1) })
  void vote.then(() => {
    acknowledged = true
  })
  await commit.asked
  // The transaction has written all it will; only its COMMIT is held back.
  expect((await store.snapshot(pollId)).revision).toBe(0)
  expect(await store.ballot(pollId, 'me')).toEqual([])
  expect(acknowledged).toBe(false)

  commit.allow()
  expect((await vote).snapshot.revision).toBe(1)
  expect((await store.snapshot(pollId)).revision).toBe(1)
})

test('votes that come while the database is locked by someone else are refused, and voting goes on after', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const other = await file.open()
  await connections.writer.query('PRAGMA busy_timeout = 20')
  await other.connections.writer.query('BEGIN IMMEDIATE')
  const vote = (voterId: string) => store.record({ pollId, voterId, choiceIds: choiceIds.slice(0, 1) })
  const refused = await Promise.allSettled(Array.from({ length: 1200 }, (_, n) => vote(`${n}`)))
  expect(refused.every((one) => one.status === 'rejected')).toBe(true)

  await other.connections.writer.query('ROLLBACK')
  await other.store.close()
  expect(await vote('after')).toMatchObject({ changed: true, snapshot: { totalVotes: 1 } })
})

test('the same voter moves their vote, and the same choice again changes and bumps nothing', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const [a = 0, b = 0] = choiceIds
  const vote = (choice: number) => store.record({ pollId, voterId: 'me', choiceIds: [choice] })
  await vote(a)
  const moved = await vote(b)
  const again = await vote(b)
  expect(moved).toMatchObject({ changed: true, snapshot: { revision: 2, totalVotes: 1 } })
  expect(moved.snapshot.choices.map((choice) => choice.votes)).toEqual([0, 1, 0])
  expect(again).toMatchObject({ changed: false, snapshot: { revision: 2, totalVotes: 1 } })
  expect(await store.snapshot(pollId)).toEqual(moved.snapshot)
  expect(await store.ballot(pollId, 'me')).toEqual([b])
  expect(await store.ballot(pollId, 'you')).toEqual([])
})

test('one voter who votes many times at once has one ballot, and the last vote counts', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const votes = Array.from({ length: 31 }, (_, n) => {
    return store.record({ pollId, voterId: 'me', choiceIds: [choiceIds[n % 3] ?? 0] })
  })
  await Promise.all(votes)
  const after = await store.snapshot(pollId)
  expect(after.choices.map((choice) => choice.votes)).toEqual([1, 0, 0])
  expect(after).toMatchObject({ totalVotes: 1, revision: 31 })
})

test('a vote that breaks a rule is refused by name and does not fail those it arrived with', async () => {
  const poll = await makePoll(store)
  const other = await makePoll(store)
  const { pollId } = poll.snapshot
  const [a = 0, b = 0] = poll.choiceIds
  const bad = [
    { vote: { pollId: 'nosuch22', choiceIds: [a] }, code: 'poll-not-found' },
    { vote: { pollId, choiceIds: [] }, code: 'no-choice' },
    { vote: { pollId, choiceIds: [a, b] }, code: 'too-many-choices' },
    { vote: { pollId, choiceIds: [987654] }, code: 'choice-not-found' },
    { vote: { pollId, choiceIds: [other.choiceIds[0] ?? 0] }, code: 'choice-of-another-poll' },
  ]
  const good = Array.from({ length: 5 }, (_, n) => store.record({ pollId, voterId: `${n}`, choiceIds: [a] }))
  const refused = bad.map(({ vote }) => store.record({ ...vote, voterId: 'bad' }))
  const codes = (await Promise.allSettled(refused)).map((one) => one.status === 'rejected' && one.reason.code)
  expect(codes).toEqual(bad.map(({ code }) => code))
  await Promise.all(good)
  expect(await store.snapshot(pollId)).toMatchObject({ totalVotes: 5, revision: 5 })
  expect(await store.snapshot(other.snapshot.pollId)).toMatchObject({ totalVotes: 0, revision: 0 })
})

test('a vote that the database will not take fails alone', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const [a = 0] = choiceIds
  await connections.writer.query(
    `CREATE TRIGGER jinx BEFORE INSERT ON ballot WHEN new.voter_id = 'jinx' BEGIN SELECT raise(ABORT, 'jinxed'); END`,
  )
  const votes = ['x', 'jinx', 'y'].map((voterId) => store.record({ pollId, voterId, choiceIds: [a] }))
  const outcomes = (await Promise.allSettled(votes)).map((one) => one.status)
  expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await store.snapshot(pollId)).toMatchObject({ totalVotes: 2, revision: 2 })
})

test('a closed poll takes no vote', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  await connections.writer.query(`UPDATE poll SET status = 'closed' WHERE id = ?`, [pollId])
  const vote = store.record({ pollId, voterId: 'late', choiceIds: choiceIds.slice(0, 1) })
  await expect(vote).rejects.toMatchObject({ code: 'poll-closed' })
})

test('where a poll lets one pick several, a ballot counts once and each of its choices gets a vote', async () => {
  const { snapshot, choiceIds } = await makePoll(store, 2)
  const { pollId } = snapshot
  await store.record({ pollId, voterId: 'x', choiceIds: choiceIds.slice(0, 2) })
  const { snapshot: after } = await store.record({ pollId, voterId: 'y', choiceIds: choiceIds.slice(1) })
  expect(after.choices.map((choice) => choice.votes)).toEqual([1, 2, 1])
  expect(after.totalVotes).toBe(2)
})

test('revisions go on after a restart where they were', async () => {
  const { snapshot, choiceIds } = await makePoll(store)
  const { pollId } = snapshot
  const [a = 0, b = 0] = choiceIds
  await store.record({ pollId, voterId: 'me', choiceIds: [a] })
  await restart()
  expect(await store.snapshot(pollId)).toMatchObject({ revision: 1, totalVotes: 1 })
  const { snapshot: after } = await store.record({ pollId, voterId: 'me', choiceIds: [b] })
  expect(after).toMatchObject({ revision: 2, totalVotes: 1 })
})

test('the schema that the migrations make is the one the entities describe', async () => {
  for (const entity of connections.reader.entityMetadatas) {
    const rows: { name: string; type: string; notnull: number; pk: number }[] = await connections.reader.query(
      `SELECT name, type, "notnull", pk FROM pragma_table_info('${entity.tableName}')`,
    )
    const made = rows.map(({ name, type, pk }) => ({ name, type: type.toLowerCase(), primary: pk > 0 }))
    const described = entity.columns.map((column) => {
      return { name: column.databaseName, type: String(column.type), primary: column.isPrimary }
    })
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    expect(made.sort(byName)).toEqual(described.sort(byName))
    expect(rows.every((column) => column.notnull === 1)).toBe(true)
  }
})
