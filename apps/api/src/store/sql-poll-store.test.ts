import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { WritableDatabase } from './database.ts'
import type { SqlPollStore } from './sql-poll-store.ts'
import { makePoll, postgres, recount, sqlite, sqliteInPool, type TestStore } from './test-store.ts'

/** What every engine's store does. */
describe.each([sqlite, sqliteInPool, postgres])('on $name', (engine) => {
  let own: TestStore
  let store: SqlPollStore
  let database: WritableDatabase

  beforeEach(async () => {
    own = await engine.create()
    ;({ store, database } = await own.open())
  })

  afterEach(async () => {
    await database.close()
    await own.remove()
  })

  afterAll(() => engine.stop())

  const restart = async () => {
    await database.close()
    ;({ store, database } = await own.open())
  }

  test('a newcomer finds the two demo polls', async () => {
    const { polls } = await store.list({ limit: 20 })
    expect(polls.map((poll) => poll.question).sort()).toEqual(['Tabs or spaces?', 'Vim or Emacs?'])
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
    const counted = await recount(database, pollId)
    expect(counted.ballots).toBe(200)
    expect(after.choices.map(({ id }) => counted.votes.get(id))).toEqual([67, 67, 66])
  })

  test('a vote is acknowledged, and seen by any reader, only after its commit', async () => {
    const { snapshot, choiceIds } = await makePoll(store)
    const { pollId } = snapshot
    await restart()
    const commit = await engine.holdCommits(database.writer)

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
    for (const statement of engine.jinx) await database.writer.query(statement)
    const votes = ['x', 'jinx', 'y'].map((voterId) => store.record({ pollId, voterId, choiceIds: [a] }))
    const outcomes = (await Promise.allSettled(votes)).map((one) => one.status)
    expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await store.snapshot(pollId)).toMatchObject({ totalVotes: 2, revision: 2 })
  })

  test('a closed poll takes no vote', async () => {
    const { snapshot, choiceIds } = await makePoll(store)
    const { pollId } = snapshot
    await database.writer.query(`UPDATE poll SET status = 'closed' WHERE id = $1`, [pollId])
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

  test('a page of polls begins where the one before it ended, newest first', async () => {
    for (let n = 0; n < 4; n += 1) await makePoll(store)
    const all = await store.list({ limit: 20 })
    const first = await store.list({ limit: 3 })
    const second = await store.list({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([...first.polls, ...second.polls]).toEqual(all.polls)
    expect(second.nextCursor).toBeNull()
    expect(all.polls[0]).toMatchObject({ question: 'Which?', choiceCount: 3, totalVotes: 0, status: 'open' })
  })

  test('a poll is found as it was made, and one that is not there is said to be not there', async () => {
    const made = await makePoll(store, 2)
    const { choiceIds, ...poll } = made
    expect(await store.find(poll.snapshot.pollId)).toEqual(poll)
    expect(choiceIds).toEqual([...choiceIds].sort((a, b) => a - b))
    await expect(store.find('nosuch22')).rejects.toMatchObject({ code: 'poll-not-found' })
  })

  test('the newest poll comes first, also where the clock was set back before it was made', async () => {
    const made = [(await makePoll(store)).snapshot.pollId]
    const hourAgo = Date.now() - 3_600_000
    vi.useFakeTimers({ toFake: ['Date'], now: hourAgo })
    onTestFinished(() => void vi.useRealTimers())
    for (let n = 0; n < 3; n += 1) made.push((await makePoll(store)).snapshot.pollId)
    const first = await store.list({ limit: 2 })
    const second = await store.list({ limit: 2, cursor: first.nextCursor ?? '' })
    expect([...first.polls, ...second.polls].map((poll) => poll.id)).toEqual(made.toReversed())
    // The time that is shown is the one that the clock had.
    expect(Date.parse(first.polls[0]?.createdAt ?? '')).toBe(hourAgo)
  })

  // An SQLite file takes one server at a time.
  test.runIf(engine === postgres)(
    'two nodes that vote on the same polls at once in the opposite order count each vote once',
    async () => {
      const other = await own.open()
      const nodes = [store, other.store]
      const polls = [await makePoll(store), await makePoll(store), await makePoll(store)]
      const votes = Array.from({ length: 600 }, (_, n) => {
        const node = n % 2
        const poll = polls[node === 0 ? n % 3 : 2 - (n % 3)] ?? polls[0]
        const vote = {
          pollId: poll?.snapshot.pollId ?? '',
          voterId: `${n % 200}`,
          choiceIds: [poll?.choiceIds[n % 3] ?? 0],
        }
        return nodes[node]?.record(vote)
      })
      await Promise.all(votes)
      for (const { snapshot, choiceIds } of polls) {
        const after = await store.snapshot(snapshot.pollId)
        const counted = await recount(database, snapshot.pollId)
        expect(after.totalVotes).toBe(counted.ballots)
        expect(after.choices.map((choice) => choice.votes)).toEqual(choiceIds.map((id) => counted.votes.get(id) ?? 0))
        expect(await other.store.snapshot(snapshot.pollId)).toEqual(after)
      }
      await other.database.close()
    },
  )
})
