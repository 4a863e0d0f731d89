import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engines, makePoll, type TestStore } from '../../testing/engines.ts'
import type { PollStore, Retained } from '../polls/ports.ts'
import type { WritableDatabase } from './database.ts'

const DAY = 24 * 60 * 60 * 1000

const later = (days: number) => new Date(Date.now() + days * DAY).toISOString()

describe.each(engines)('on $name', (engine) => {
  let own: TestStore
  let store: PollStore
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

  const vote = (pollId: string, ballotId: string, choiceId: number | undefined, idempotencyScope?: string) =>
    store.record({ pollId, ballotId, answer: [choiceId], idempotencyScope })

  /** Everything that there is to do, so many days from now, for rooms that were idle for a day. Answers with the steps. */
  const retain = async (inDays: number): Promise<Retained[]> => {
    const steps: Retained[] = []
    do steps.push(await store.retain({ idleBefore: later(inDays - 1), now: later(inDays) }))
    while (!steps.at(-1)?.isDone)
    return steps
  }
  const deletedIn = (steps: readonly Retained[]) => steps.flatMap(({ deleted }) => deleted?.room.code ?? [])
  const deletesAt = async (code: string) => (await store.findRoom(code)).room.deletesAt
  const count = async (sql: string) => Number(((await own.query(sql)) as { n: number }[])[0]?.n)

  test('a room in which nothing happens is marked, and deleted a day later, with all that is in it', async () => {
    const { poll, pollId, room, choiceIds } = await makePoll(store)
    const { pollId: second } = await makePoll(store, {}, room)
    await store.addCodes({ ...room, codeHashes: ['a', 'b'] })
    for (let n = 0; n < 30; n += 1) await vote(pollId, `ballot-${n}`, choiceIds[0])
    expect(deletedIn(await retain(0))).toEqual([])
    expect(await deletesAt(room.code)).toBeNull()

    expect(deletedIn(await retain(2))).toEqual([])
    const told = (await deletesAt(room.code)) as string
    expect(Math.abs(Date.parse(told) - Date.parse(later(3)))).toBeLessThan(60_000)
    expect((await store.find(pollId)).room.deletesAt).toBe(told)

    const steps = await retain(3.1)
    expect(deletedIn(steps)).toContain(room.code)
    const { deleted } = steps.find((step) => step.deleted?.room.code === room.code) as Retained
    expect(deleted?.polls.map(({ id }) => id).sort()).toEqual([pollId, second].sort())
    // Open tabs are told, on every node.
    expect(deleted?.polls.find(({ id }) => id === pollId)?.revision).toBeGreaterThan(poll.revision + 30)
    expect((await store.find(pollId)).deletedAt).not.toBeNull()
    expect((await store.findRoom(room.code)).room).toMatchObject({ title: '', deletesAt: null, currentPollId: null })
    await expect(vote(pollId, 'late', choiceIds[0])).rejects.toMatchObject({ code: 'poll-deleted' })
    for (const table of ['ballot', 'one_time_code', 'host_log', 'counter']) {
      expect(await count(`SELECT count(*) AS n FROM ${table}`), table).toBe(0)
    }
  })

  test("what the server's admin does in a room does not keep it", async () => {
    const { room, pollId } = await makePoll(store, { listed: true })
    const old = '2026-01-01T00:00:00.000Z'
    await own.query(`UPDATE room SET active_at = '${old}'`)
    const times = { idleBefore: '2026-02-01T00:00:00.000Z', now: '2026-03-01T00:00:00.000Z' }
    while (!(await store.retain(times)).isDone);
    const told = '2026-03-02T00:00:00.000Z'
    const { room: closed } = await store.settleRoom(room.code, 'close')
    await store.settleRoom(room.code, 'unlist')
    await store.replaceHostKey({ code: room.code, hostKeyHash: '', newHostKeyHash: 'another', isAdmins: true })
    expect(closed.deletesAt).toBe(told)
    expect(await deletesAt(room.code)).toBe(told)
    expect(await own.query(`SELECT active_at FROM room WHERE code = '${room.code}'`)).toEqual([{ active_at: old }])
    expect((await store.find(pollId)).status).toBe('closed')
  })

  test('a vote, and what its host does, keeps a room', async () => {
    const rooms = await Promise.all([makePoll(store), makePoll(store), makePoll(store)])
    const [voted, hosted, left] = rooms as [(typeof rooms)[0], (typeof rooms)[0], (typeof rooms)[0]]
    const old = '2026-01-01T00:00:00.000Z'
    await own.query(`UPDATE room SET active_at = '${old}'`)
    const times = { idleBefore: '2026-02-01T00:00:00.000Z', now: '2026-03-01T00:00:00.000Z' }
    while (!(await store.retain(times)).isDone);
    for (const { room } of rooms) expect(await deletesAt(room.code)).toBe('2026-03-02T00:00:00.000Z')

    await vote(voted.pollId, 'ballot', voted.choiceIds[0])
    await store.changeRoom({ ...hosted.room, change: { title: 'Still here' } })
    expect(await deletesAt(hosted.room.code)).toBeNull()
    await store.keepRoom(voted.room.code)
    expect(await deletesAt(voted.room.code)).toBeNull()

    const due = { ...times, now: '2026-03-02T00:00:01.000Z' }
    const deleted: string[] = []
    for (let step = await store.retain(due); !step.isDone; step = await store.retain(due)) {
      if (step.deleted) deleted.push(step.deleted.room.code)
    }
    expect(deleted).toContain(left.room.code)
    expect(deleted).not.toContain(voted.room.code)
    expect(deleted).not.toContain(hosted.room.code)
  })

  test('a room that is marked and voted in is not deleted, and its mark goes, also if nobody said so', async () => {
    const { pollId, room, choiceIds } = await makePoll(store)
    await vote(pollId, 'ballot', choiceIds[0])
    await own.query(`UPDATE room SET active_at = '2026-01-01', deletes_at = '2026-01-02' WHERE code = '${room.code}'`)
    expect(deletedIn(await retain(0))).toEqual([])
    expect(await deletesAt(room.code)).toBeNull()
  })

  test('where nothing is to be deleted, marks of before are taken away', async () => {
    const { room } = await makePoll(store)
    await own.query(`UPDATE room SET deletes_at = '2026-01-02'`)
    while (!(await store.retain({ idleBefore: '', now: later(0) })).isDone);
    expect(await deletesAt(room.code)).toBeNull()
  })

  test('ballots are deleted a few at a time, and votes elsewhere are taken meanwhile', async () => {
    const { pollId, host } = await makePoll(store)
    const other = await makePoll(store)
    await own.query(`UPDATE poll SET deleted_at = '2026-01-01' WHERE id = '${pollId}'`)
    const values = Array.from({ length: 1200 }, (_, n) => `('${pollId}', 1, 'ballot-${n}', '[1]')`)
    await own.query(`INSERT INTO ballot (poll_id, round, id, answer) VALUES ${values.join(', ')}`)
    const left: number[] = []
    const times = { idleBefore: '', now: later(0) }
    for (let n = 0, step = await store.retain(times); !step.isDone; step = await store.retain(times), n += 1) {
      await vote(other.pollId, `meanwhile-${n}`, other.choiceIds[0])
      left.push(await count(`SELECT count(*) AS n FROM ballot WHERE poll_id = '${host.pollId}'`))
    }
    expect(left).toEqual([700, 200, 0])
    expect((await store.find(other.pollId)).voters).toBe(3)
  })

  test('idempotency keys go when they are two days old, though nobody votes', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    await vote(pollId, 'ballot', choiceIds[0], 'scope')
    const keys = () => count('SELECT count(*) AS n FROM idempotency_key')
    for (const [days, kept] of [
      [0, 1],
      [1, 1],
      [3, 0],
    ] as const) {
      while (!(await store.retain({ idleBefore: '', now: later(days) })).isDone);
      expect(await keys()).toBe(kept)
    }
  })
})
