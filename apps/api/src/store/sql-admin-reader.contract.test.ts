import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { makePoll, postgres, sqlite } from '../../testing/engines.ts'
import { sqlAdminReader } from './sql-admin-reader.ts'

afterAll(() => postgres.stop())

describe.each([sqlite, postgres])('on $name', (engine) => {
  const setUp = async () => {
    const own = await engine.create()
    const { database, store } = await own.open()
    onTestFinished(async () => {
      await database.close()
      await own.remove()
    })
    return { store, admin: sqlAdminReader(database) }
  }

  test('the admin’s rooms have numbers, the newest act first, and without those that were deleted', async () => {
    const { store, admin } = await setUp()
    const [first, second, gone] = [await makePoll(store), await makePoll(store), await makePoll(store)]
    await makePoll(store, {}, first.room)
    await store.deleteRoom(gone.room)
    await store.record({ pollId: first.pollId, ballotId: 'me', answer: [first.choiceIds[0] ?? 0] })
    const { rooms, total } = await admin.rooms({ order: 'active', search: '', offset: 0 })
    expect(total).toBe(4)
    expect(rooms.slice(0, 2)).toMatchObject([
      { code: first.room.code, polls: 2, openPolls: 2, voters: 1 },
      { code: second.room.code, polls: 1, openPolls: 1, voters: 0 },
    ])
    const asked = { order: 'created', search: second.room.code, offset: 0 } as const
    expect(await admin.rooms(asked)).toMatchObject({ total: 1, rooms: [{ code: second.room.code }] })
    expect(await admin.stored()).toMatchObject({ rooms: 4, polls: 5, ballots: 1, bytes: expect.any(Number) })
  })

  test('rooms are found by a title or a question as it is typed, and with letters of ASCII in another case', async () => {
    const { store, admin } = await setUp()
    const { room } = await makePoll(store, { question: 'Öl or BUTTER?' })
    await store.changeRoom({ ...room, change: { title: 'ÉTÉ 100 %' } })
    await makePoll(store, { question: 'Another?' })
    for (const search of ['Öl', 'Öl OR', 'butter', 'Butter?', 'ÉTÉ', '100 %']) {
      const { total } = await admin.rooms({ order: 'active', search, offset: 0 })
      expect(total, search).toBe(1)
    }
    expect(await admin.rooms({ order: 'active', search: '1_0', offset: 0 })).toMatchObject({ total: 0 })
  })

  test('what the admin does with a room is done once, with the log of it', async () => {
    const { store } = await setUp()
    const { room, pollId } = await makePoll(store, { listed: true })
    expect(await store.settleRoom(room.code, 'unlist')).toMatchObject({ changed: true, polls: [{ listed: false }] })
    expect(await store.settleRoom(room.code, 'close')).toMatchObject({ changed: true, polls: [{ status: 'closed' }] })
    expect(await store.settleRoom(room.code, 'close')).toMatchObject({ changed: false })
    expect(await store.find(pollId)).toMatchObject({ status: 'closed', listed: false })
    expect((await store.log(room.code)).map(({ action }) => action)).toEqual([
      'created',
      'admin-unlisted',
      'admin-closed',
    ])
    await expect(store.settleRoom('000000', 'close')).rejects.toMatchObject({ code: 'room-not-found' })
  })
})
