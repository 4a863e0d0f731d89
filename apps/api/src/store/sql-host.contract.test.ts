import { limits } from '@pollcast/shared/limits'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { engines, type MadePoll, makePoll, postgres, recount, type TestStore, votesOn } from '../../testing/engines.ts'
import { until } from '../../testing/until.ts'
import type { PollStore } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'
import { freeRoomCode } from './room-codes.ts'

/** Those who wait for a lock, on PostgreSQL. */
const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

const DAY = 24 * 60 * 60 * 1000

/** What every engine's store does for a room's host, and what votes meet meanwhile. */
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

  /** A second node, or the same one on SQLite, of which a file takes one at a time. */
  const openOther = async (): Promise<PollStore> => {
    if (engine !== postgres) return store
    const other = await own.open()
    onTestFinished(() => other.database.close())
    return other.store
  }

  const vote = (pollId: string, ballotId: string, ...answer: number[]) => store.record({ pollId, ballotId, answer })

  const advance = (milliseconds: number) => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + milliseconds)
    onTestFinished(() => clock.mockRestore())
  }

  const actions = async (code: string) => (await store.log(code)).map(({ action }) => action)

  const move = (
    { room }: MadePoll,
    currentPollId: string | null,
    change: { closePrevious?: boolean } = {},
    node = store,
  ) => node.changeRoom({ ...room, change: { currentPollId, ...change } })

  test('a poll is made with a room of its own, where it is on; another in a room comes last, and nobody is told of it', async () => {
    const first = await makePoll(store)
    expect(first.poll.room).toMatchObject({ title: '', currentPollId: first.pollId, revision: 1, publicRevision: 1 })
    expect(first.poll.room.code).toMatch(/^\d{6}$/)
    expect(first.poll.isKnown).toBe(true)
    const second = await makePoll(store, {}, first.room)
    expect(second.poll).toMatchObject({ isKnown: false, room: { code: first.room.code, currentPollId: first.pollId } })
    expect(second.poll.room).toMatchObject({ revision: 2, publicRevision: 1 })
    expect((await store.pollsOf(first.room.code)).map(({ id }) => id)).toEqual([first.pollId, second.pollId])
    expect((await store.list({ limit: 20 })).polls.map(({ id }) => id)).not.toContain(second.pollId)
    const stranger = { code: first.room.code, hostKeyHash: 'f'.repeat(64) }
    await expect(makePoll(store, {}, stranger)).rejects.toMatchObject({ code: 'invalid-host-key' })
    await expect(makePoll(store, {}, { ...first.room, code: '000000x' })).rejects.toMatchObject({
      code: 'room-not-found',
    })
  })

  test('rooms that two nodes make at once have codes of their own', async () => {
    const other = await openOther()
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? store : other).createRoom({ title: `${n}`, hostKeyHash: 'hash' })),
    )
    expect(new Set(made.map(({ code }) => code)).size).toBe(40)
    expect(await store.findRoom(made[0]?.code ?? '')).toEqual({ room: made[0], current: undefined })
  })

  test('codes are a digit longer once a hundredth of them is taken', async () => {
    const rows = JSON.stringify(Array.from({ length: 10_000 }, (_, n) => String(n * 100).padStart(6, '0')))
    const from = engine === postgres ? 'json_array_elements_text($1::json) AS made (value)' : 'json_each($1) AS made'
    const insert = `INSERT INTO room (code, title, host_key_hash, revision, public_revision, created_at)
                    SELECT made.value, '', '', 1, 1, '2026-01-01T00:00:00.000Z' FROM ${from}`
    await database.writer.query(insert, [rows])
    const newCode = async () => (await store.createRoom({ title: '', hostKeyHash: 'hash' })).code
    expect(await newCode()).toMatch(/^\d{7}$/)
    const deleteAll = (days: number) =>
      database.writer.query("UPDATE room SET deleted_at = $1 WHERE created_at = '2026-01-01T00:00:00.000Z'", [
        new Date(Date.now() - days * DAY).toISOString(),
      ])
    await deleteAll(29)
    expect(await newCode()).toMatch(/^\d{7}$/)
    // Those that are free again are not taken.
    await deleteAll(31)
    expect(await newCode()).toMatch(/^\d{6}$/)
  })

  test('a deleted room’s code is nobody’s for 30 days, and free after that', async () => {
    const poll = await makePoll(store)
    await store.deleteRoom(poll.room)
    const drawn: string[] = []
    /** A code, where the first one that is drawn is the deleted room's. */
    const free = () => {
      drawn.splice(0, drawn.length, poll.room.code)
      return database.transactions.run((transaction) => freeRoomCode(transaction, () => drawn.pop() ?? '123456'))
    }
    expect(await free()).not.toBe(poll.room.code)
    advance(31 * DAY)
    expect(await free()).toBe(poll.room.code)
    expect(await store.find(poll.pollId)).toMatchObject({ deletedAt: expect.any(String) })
    await expect(store.findRoom(poll.room.code)).rejects.toMatchObject({ code: 'room-not-found' })
  })

  test('a move shows the next poll and closes the one before, unless told otherwise; going back leaves it closed', async () => {
    const first = await makePoll(store)
    const second = await makePoll(store, {}, first.room)
    const third = await makePoll(store, {}, first.room)
    const moved = await move(first, second.pollId)
    expect(moved).toMatchObject({ changed: true, room: { currentPollId: second.pollId, publicRevision: 2 } })
    expect(moved.polls).toMatchObject([{ id: first.pollId, status: 'closed', revision: 1, publicRevision: 1 }])
    expect(await store.find(second.pollId)).toMatchObject({ isKnown: true, status: 'open', revision: 0 })
    expect(await move(first, second.pollId)).toMatchObject({ changed: false, room: moved.room, polls: [] })
    expect((await move(first, third.pollId, { closePrevious: false })).polls).toEqual([])
    expect((await store.find(second.pollId)).status).toBe('open')
    const back = await move(first, first.pollId)
    expect(back.polls).toMatchObject([{ id: third.pollId }])
    expect((await store.find(first.pollId)).status).toBe('closed')
    expect(await move(first, null)).toMatchObject({ room: { currentPollId: null }, polls: [] })
    expect(await store.findRoom(first.room.code)).toMatchObject({ room: { currentPollId: null }, current: undefined })
    const stranger = await makePoll(store)
    for (const id of [stranger.pollId, 'nosuch22']) {
      await expect(move(first, id)).rejects.toMatchObject({ code: 'poll-of-another-room' })
    }
    expect(await actions(first.room.code)).toEqual([
      'created',
      'created',
      'created',
      'closed',
      'moved',
      'moved',
      'closed',
      'moved',
      'moved',
    ])
  })

  test('polls get the order that the host gives, of all of them; the title is seen by all and the order by the host', async () => {
    const first = await makePoll(store)
    const second = await makePoll(store, {}, first.room)
    const change = (change: object) => store.changeRoom({ ...first.room, change })
    const pollIds = [second.pollId, first.pollId]
    expect(await change({ pollIds })).toMatchObject({ changed: true, room: { revision: 3, publicRevision: 1 } })
    expect((await store.pollsOf(first.room.code)).map(({ id }) => id)).toEqual(pollIds)
    expect(await change({ pollIds })).toMatchObject({ changed: false })
    for (const wrong of [[first.pollId], [first.pollId, first.pollId], [...pollIds, 'nosuch22']]) {
      const errors = [{ path: 'pollIds', message: "Name each of the room's 2 polls once." }]
      await expect(change({ pollIds: wrong })).rejects.toMatchObject({ code: 'invalid-body', errors })
    }
    expect(await change({ title: 'Quiz' })).toMatchObject({ room: { title: 'Quiz', revision: 4, publicRevision: 2 } })
  })

  test('votes and moves that two nodes make at once: no vote is lost, and none is counted after its poll was closed', async () => {
    const other = await openOther()
    const nodes = [store, other]
    const first = await makePoll(store)
    const second = await makePoll(store, {}, first.room)
    const polls = [first, second]
    const answers: { revision: number; poll: PollState }[] = []
    const voting = Array.from({ length: 300 }, (_, n) => {
      const { pollId, choiceIds } = polls[n % 2] ?? first
      const answer = [choiceIds[n % 3] ?? 0]
      return nodes[n % 4 < 2 ? 0 : 1]?.record({ pollId, ballotId: `${n}`, answer })
    })
    const moving = (async () => {
      const rooms = []
      for (let n = 0; n < 12; n += 1) {
        const to = polls[(n + 1) % 2] ?? second
        const moved = await move(first, to.pollId, { closePrevious: n === 11 }, nodes[n % 2])
        rooms.push(moved.room)
      }
      return rooms
    })()
    const settled = await Promise.allSettled(voting)
    const rooms = await moving
    expect(rooms.map(({ revision }) => revision)).toEqual(rooms.map((_, n) => n + 3))
    expect(rooms.map(({ currentPollId }) => currentPollId)).toEqual(rooms.map((_, n) => polls[(n + 1) % 2]?.pollId))
    for (const one of settled) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'poll-closed' })
      else if (one.value) answers.push({ revision: one.value.poll.revision, poll: one.value.poll })
    }
    for (const { pollId, choiceIds } of polls) {
      const after = await store.find(pollId)
      const taken = answers.filter(({ poll }) => poll.id === pollId).length
      const counted = await recount(database, pollId)
      expect([after.voters, counted.ballots]).toEqual([taken, taken])
      expect(votesOn(after)).toEqual(choiceIds.map((id) => counted.votes.get(id) ?? 0))
      // A state tells one thing of the room for each of its revisions.
      for (const { poll } of answers.filter(({ poll }) => poll.id === pollId)) {
        const room = rooms.find(({ revision }) => revision === poll.room.revision)
        if (room) expect(poll.room.currentPollId).toBe(room.currentPollId)
      }
    }
  })

  // A vote that knew an older room than one that was told before would be told under a lower revision: nodes would ignore it.
  test.each<[string, (other: MadePoll, node: PollStore) => Promise<unknown>]>([
    ['edits another poll', ({ host }, node) => node.change({ ...host, change: { question: 'Else?' } })],
    ['closes another poll', ({ host }, node) => node.change({ ...host, change: { status: 'closed' } })],
    ['starts a round of another poll', ({ host }, node) => node.startRound(host)],
    ['copies another poll', ({ host }, node) => node.copy({ ...host, newId: 'copied22' })],
    ['deletes another poll', ({ host }, node) => node.delete(host)],
    ['adds a poll', ({ room }, node) => makePoll(node, {}, room)],
    ['renames the room', ({ room }, node) => node.changeRoom({ ...room, change: { title: 'Quiz' } })],
    [
      'reorders the polls',
      async ({ room }, node) => {
        const pollIds = (await node.pollsOf(room.code)).map(({ id }) => id).toReversed()
        return node.changeRoom({ ...room, change: { pollIds } })
      },
    ],
    ['replaces the key', ({ room }, node) => node.replaceHostKey({ ...room, newHostKeyHash: 'e'.repeat(64) })],
    ['has another poll close in time', (_, node) => node.closeDue()],
  ])('while a vote is on its way, a host who %s is told of after it, and later votes know it', async (_, act) => {
    const closesAt = new Date(Date.now() + 60_000).toISOString()
    const on = await makePoll(store)
    const another = await makePoll(store, { closesAt }, on.room)
    advance(62_000)
    // Anew, so that its next COMMIT can be held.
    await database.close()
    ;({ store, database } = await own.open())
    const other = await openOther()
    const commit = await engine.pauseCommits(database.writer)
    const voting = vote(on.pollId, 'x', on.choiceIds[0] ?? 0)
    await commit.asked
    let isDone = false
    const acting = act(another, other).finally(() => {
      isDone = true
    })
    const isWaiting = async () => (await own.query(WAITING)).length > 0
    if (engine === postgres) await until(async () => isDone || (await isWaiting()))
    const wasDone = isDone
    commit.allow()
    expect(wasDone).toBe(false)
    const before = (await voting).poll
    await acting
    const after = (await vote(on.pollId, 'y', on.choiceIds[0] ?? 0)).poll
    const { room } = await store.findRoom(on.room.code)
    expect([before.room.revision, after.room.revision]).toEqual([room.revision - 1, room.revision])
  })

  test('what is due is closed once, whichever of several nodes looks, and more time set meanwhile counts', async () => {
    const other = await openOther()
    const closesAt = new Date(Date.now() + 60_000).toISOString()
    const due = await Promise.all(Array.from({ length: 6 }, () => makePoll(store, { closesAt })))
    const inRoom = await makePoll(store, { closesAt }, due[0]?.room)
    const later = await makePoll(store, { closesAt })
    expect(await store.nextClosing()).toBe(closesAt)
    expect(await store.closeDue()).toEqual([])
    const more = new Date(Date.now() + DAY).toISOString()
    await store.change({ ...later.host, change: { closesAt: more } })
    advance(62_000)
    const closed = await Promise.all([store, other, store, other].map((node) => node.closeDue()))
    const ids = closed.flat().map(({ id }) => id)
    expect(ids.toSorted()).toEqual([...due, inRoom].map(({ pollId }) => pollId).toSorted())
    for (const poll of closed.flat()) expect(poll).toMatchObject({ status: 'closed', closesAt: null, revision: 1 })
    const [first] = due
    expect(await actions(first?.room.code ?? '')).toEqual(['created', 'created', 'timer-closed', 'timer-closed'])
    const { room } = await store.findRoom(first?.room.code ?? '')
    expect(closed.flat().map(({ room: { revision } }) => revision)).toContain(room.revision)
    expect(await store.nextClosing()).toBe(more)
  })

  test('a time beyond the year 9999 that is stored already keeps no other poll open', async () => {
    const far = await makePoll(store)
    await database.writer.query(`UPDATE poll SET closes_at = '+010000-01-01T00:00:00.000Z' WHERE id = '${far.pollId}'`)
    const closesAt = new Date(Date.now() + 60_000).toISOString()
    const due = await makePoll(store, { closesAt })
    expect(await store.nextClosing()).toBe(closesAt)
    advance(62_000)
    expect((await store.closeDue()).map(({ id }) => id)).toEqual([due.pollId])
    expect(await store.find(far.pollId)).toMatchObject({ status: 'open' })
  })

  test('polls that close in time while votes come on all of them wait for nobody in a circle', async () => {
    const other = await openOther()
    const closesAt = new Date(Date.now() + 60_000).toISOString()
    const polls = await Promise.all(Array.from({ length: 12 }, () => makePoll(store, { closesAt })))
    advance(61_500)
    const votes = (node: PollStore, order: MadePoll[]) =>
      order.map(({ pollId, choiceIds }, n) => node.record({ pollId, ballotId: `${n}`, answer: choiceIds.slice(0, 1) }))
    const asked = [...votes(store, polls), other.closeDue(), ...votes(other, polls.toReversed()), store.closeDue()]
    for (const one of await Promise.allSettled<unknown>(asked)) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'poll-closed' })
    }
    for (const { pollId } of polls) expect((await store.find(pollId)).status).toBe('closed')
  })

  test('a new round begins at zero and keeps the old one, with who moved from where to where', async () => {
    const poll = await makePoll(store)
    const { pollId, choiceIds, host } = poll
    const [a = 0, b = 0, c = 0] = choiceIds
    await Promise.all([vote(pollId, 'x', a), vote(pollId, 'y', a), vote(pollId, 'z', b)])
    const { poll: second } = await store.startRound(host)
    expect(second).toMatchObject({ round: 2, status: 'open', voters: 0, revision: 4, publicRevision: 4 })
    expect(votesOn(second)).toEqual([0, 0, 0])
    expect(await store.find(pollId)).toEqual(second)
    expect(await store.answer(second, 'x')).toBeUndefined()
    expect(await store.answer({ id: pollId, round: 1 }, 'x')).toEqual([a])
    await Promise.all([vote(pollId, 'x', b), vote(pollId, 'z', b), vote(pollId, 'new', c)])
    expect(await store.pastRounds(pollId)).toMatchObject([
      { round: 1, question: 'Which?', voters: 3, counters: { [a]: 2, [b]: 1, [c]: 0 } },
    ])
    const moves = await store.movesBetween(pollId, 1, 2)
    expect(moves).toHaveLength(4)
    expect(moves).toEqual(
      expect.arrayContaining([
        { from: `[${a}]`, to: `[${b}]`, voters: 1 },
        { from: `[${a}]`, to: null, voters: 1 },
        { from: `[${b}]`, to: `[${b}]`, voters: 1 },
        { from: null, to: `[${c}]`, voters: 1 },
      ]),
    )
    expect(await actions(poll.room.code)).toEqual(['created', 'round-started'])
  })

  test('a round that is asked for again with its key, also on two nodes at once, is started once', async () => {
    const other = await openOther()
    const poll = await makePoll(store)
    const ask = (node: PollStore, idempotencyScope: string) => node.startRound({ ...poll.host, idempotencyScope })
    const started = await Promise.all([store, other, store, other].map((node) => ask(node, 'one')))
    expect(started.map(({ poll: { round } }) => round)).toEqual([2, 2, 2, 2])
    expect(started.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await ask(other, 'two')).toMatchObject({ isNew: true, poll: { round: 3 } })
    // Late, it is answered with the poll as it is by then.
    expect(await ask(store, 'one')).toMatchObject({ isNew: false, poll: { round: 3 } })
    expect(await actions(poll.room.code)).toEqual(['created', 'round-started', 'round-started'])
  })

  test('a key that came with another request before starts no round', async () => {
    const poll = await makePoll(store)
    const [choice = 0] = poll.choiceIds
    await store.record({ pollId: poll.pollId, ballotId: 'me', answer: [choice], idempotencyScope: 'scope' })
    const started = store.startRound({ ...poll.host, idempotencyScope: 'scope' })
    await expect(started).rejects.toMatchObject({ code: 'idempotency-key-reused' })
    expect(await store.find(poll.pollId)).toMatchObject({ round: 1, voters: 1 })
  })

  test('a copy that is asked for again under its id is made once, and one that was deleted is not made again', async () => {
    const other = await openOther()
    const poll = await makePoll(store)
    const copied = await Promise.all(
      [store, other, store].map((node) => node.copy({ ...poll.host, newId: 'copied22' })),
    )
    expect(copied.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(copied.map(({ poll: { id } }) => id)).toEqual(Array(3).fill('copied22'))
    await store.delete({ ...poll.host, pollId: 'copied22' })
    const again = other.copy({ ...poll.host, newId: 'copied22' })
    await expect(again).rejects.toMatchObject({ code: 'poll-deleted' })
  })

  test('codes that are asked for again with their key are added once; another number of them is refused', async () => {
    const other = await openOther()
    const { room } = await makePoll(store)
    const add = (node: PollStore, codeHashes: string[]) =>
      node.addCodes({ ...room, codeHashes, idempotencyScope: 'scope' })
    await Promise.all([store, other, store].map((node) => add(node, ['one', 'two'])))
    await expect(add(store, ['three'])).rejects.toMatchObject({ code: 'idempotency-key-reused' })
    expect(await store.countCodes(room.code)).toEqual({ issued: 2, used: 0 })
    expect(await actions(room.code)).toEqual(['created', 'codes-issued'])
  })

  test('two nodes that start rounds at once start two, and every vote is in one of them', async () => {
    const other = await openOther()
    const { pollId, choiceIds, host } = await makePoll(store)
    const votes = Array.from({ length: 100 }, (_, n) => vote(pollId, `${n}`, choiceIds[n % 3] ?? 0))
    const rounds = await Promise.all([store.startRound(host), other.startRound(host)])
    await Promise.all(votes)
    expect(rounds.map(({ poll }) => poll.round).toSorted()).toEqual([2, 3])
    const past = await store.pastRounds(pollId)
    const voters = [...past, await store.find(pollId)].reduce((sum, one) => sum + one.voters, 0)
    expect([past.map(({ round }) => round), voters]).toEqual([[1, 2], 100])
    expect((await recount(database, pollId)).ballots).toBe(100)
  })

  test('a copy has the content and settings, choices of its own and no votes, and comes last', async () => {
    const settings = { maxChoices: 2, resultsVisibility: 'host', allowChange: false, publishBallots: true } as const
    const poll = await makePoll(store, settings)
    await vote(poll.pollId, 'x', ...poll.choiceIds.slice(0, 2))
    const { poll: copied } = await store.copy({ ...poll.host, newId: 'copied22' })
    expect(copied).toMatchObject({ question: 'Which?', voters: 0, round: 1, revision: 0, isKnown: false })
    expect(copied).toMatchObject({ resultsVisibility: 'host', allowChange: false, publishBallots: true })
    expect(Object.keys(copied.counters).filter((key) => key in poll.poll.counters)).toEqual([])
    expect((await store.pollsOf(poll.room.code)).map(({ id }) => id)).toEqual([poll.pollId, 'copied22'])
  })

  test('anything is edited before the first vote, and after it the wording alone; a new round opens it again', async () => {
    const poll = await makePoll(store)
    const { pollId, host, choiceIds } = poll
    expect((await store.change({ ...host, change: { status: 'open' } })).poll.isEdited).toBe(false)
    const edit = (change: object) => store.change({ ...host, change })
    await expect(edit({ maxChoices: 4 })).rejects.toMatchObject({
      code: 'invalid-body',
      errors: [{ path: 'maxChoices', message: 'More than the number of choices.' }],
    })
    const { poll: edited } = await edit({ question: 'What?', choices: ['c', 'a', 'new'], maxChoices: 2 })
    expect(edited).toMatchObject({ question: 'What?', rewordedAt: null, revision: 1, isEdited: true })
    expect(await store.find(pollId)).toEqual(edited)
    const ids = Object.keys(edited.counters).map(Number)
    // Those whose text stays keep their ids, and the new one gets one that was never used.
    expect(ids).toEqual(expect.arrayContaining([choiceIds[0], choiceIds[2]]))
    expect(ids.filter((id) => !choiceIds.includes(id))).toHaveLength(1)
    expect(ids).not.toContain(choiceIds[1])
    await vote(pollId, 'x', choiceIds[0] ?? 0)
    const refused = { choices: ['a', 'c', 'new'] }
    const fieldsOf = (...paths: string[]) => ({ code: 'poll-has-votes', errors: paths.map((path) => ({ path })) })
    await expect(edit(refused)).rejects.toMatchObject(fieldsOf('choices.0', 'choices.1'))
    await expect(edit({ voteMode: 'none', minChoices: 2 })).rejects.toMatchObject(fieldsOf('minChoices', 'voteMode'))
    const { poll: reworded } = await edit({ question: 'Which one?' })
    expect(reworded).toMatchObject({ question: 'Which one?', rewordedAt: expect.any(String), voters: 1 })
    expect(await store.find(pollId)).toEqual(reworded)
    await store.startRound(host)
    const { poll: reordered } = await edit(refused)
    expect(await store.find(pollId)).toEqual(reordered)
    expect(await store.pastRounds(pollId)).toMatchObject([{ voters: 1, question: 'Which one?' }])
    expect(await actions(poll.room.code)).toEqual(['created', 'edited', 'reworded', 'round-started', 'edited'])
  })

  test('a deleted room is left without anything of it, and answers as deleted', async () => {
    const first = await makePoll(store)
    const second = await makePoll(store, {}, first.room)
    await vote(first.pollId, 'x', first.choiceIds[0] ?? 0)
    await store.startRound(first.host)
    await store.addCodes({ ...first.room, codeHashes: ['one', 'two'] })
    await store.delete(second.host)
    const left = await store.deleteRoom(first.room)
    expect(left.polls.map(({ id, deletedAt }) => [id, deletedAt !== null])).toEqual([[first.pollId, true]])
    expect(left.room).toMatchObject({ title: '', currentPollId: null, deletedAt: expect.any(String) })
    for (const table of ['ballot', 'past_round', 'one_time_code', 'host_log', 'idempotency_key']) {
      expect([table, await own.query(`SELECT * FROM ${table}`)]).toEqual([table, []])
    }
    const ofPolls = `SELECT poll_id FROM counter WHERE poll_id NOT IN ('tabspace', 'vvsemacs')`
    expect(await own.query(ofPolls)).toEqual([])
    for (const refused of [
      () => store.changeRoom({ ...first.room, change: { title: 'x' } }),
      () => store.deleteRoom(first.room),
      () => makePoll(store, {}, first.room),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'room-deleted' })
    }
    const closed = store.change({ ...first.host, change: { status: 'closed' } })
    await expect(closed).rejects.toMatchObject({ code: 'poll-deleted' })
  })

  test('a poll that is on and is deleted leaves nothing on', async () => {
    const { host, room } = await makePoll(store)
    expect((await store.delete(host)).room).toMatchObject({ currentPollId: null, publicRevision: 2 })
    expect(await store.findRoom(room.code)).toMatchObject({ room: { currentPollId: null }, current: undefined })
  })

  test('a room that is full takes a poll again once one was deleted', async () => {
    const first = await makePoll(store)
    for (let n = 1; n < limits.pollsInRoom; n += 1) await makePoll(store, {}, first.room)
    await expect(makePoll(store, {}, first.room)).rejects.toMatchObject({ code: 'room-full' })
    await store.delete(first.host)
    expect((await makePoll(store, {}, first.room)).poll.room.code).toBe(first.room.code)
  })

  test('a one-time code votes once in every poll of its room, may change its vote, and is no use in another room', async () => {
    const poll = await makePoll(store, { voteMode: 'code' })
    const second = await makePoll(store, { voteMode: 'code' }, poll.room)
    const stranger = await makePoll(store, { voteMode: 'code' })
    await store.addCodes({ ...poll.room, codeHashes: ['one', 'two', 'three'] })
    const cast = ({ pollId, choiceIds }: MadePoll, codeHash: string | undefined, choice = 0) =>
      store.record({ pollId, ballotId: `ballot of ${codeHash}`, answer: [choiceIds[choice] ?? 0], codeHash })
    expect(await store.countCodes(poll.room.code)).toEqual({ issued: 3, used: 0 })
    await Promise.all(Array.from({ length: 9 }, (_, n) => cast(poll, 'one', n % 3)))
    await cast(second, 'one')
    await cast(poll, 'two')
    expect(await store.find(poll.pollId)).toMatchObject({ voters: 2 })
    expect(await store.find(second.pollId)).toMatchObject({ voters: 1 })
    expect(await store.countCodes(poll.room.code)).toEqual({ issued: 3, used: 2 })
    for (const [refused, code] of [
      [() => cast(poll, 'none'), 'invalid-code'],
      [() => cast(stranger, 'one'), 'invalid-code'],
      [() => cast(poll, undefined), 'code-required'],
      [async () => cast(await makePoll(store), 'three'), 'no-code-needed'],
    ] as const) {
      await expect(refused()).rejects.toMatchObject({ code })
    }
    const many = Array.from({ length: limits.codesInRoom - 2 }, (_, n) => `many ${n}`)
    await expect(store.addCodes({ ...poll.room, codeHashes: many })).rejects.toMatchObject({ code: 'room-full' })
    expect((await store.countCodes(poll.room.code)).issued).toBe(3)
  })

  test('on a tablet each vote is a ballot of its own, and the same one where it is sent again', async () => {
    const { pollId, choiceIds } = await makePoll(store, { voteMode: 'none' })
    const cast = (idempotencyScope?: string) =>
      store.record({ pollId, ballotId: 'tablet', answer: choiceIds.slice(0, 1), idempotencyScope })
    await Promise.all([cast(), cast(), cast('sent'), cast('sent')])
    expect(await store.find(pollId)).toMatchObject({ voters: 3 })
  })

  test('what hosts do on two nodes at once is in the log, each once, under numbers of their own', async () => {
    const other = await openOther()
    const polls = [await makePoll(store)]
    for (let n = 1; n < 6; n += 1) polls.push(await makePoll(store, {}, polls[0]?.room))
    const code = polls[0]?.room.code ?? ''
    await Promise.all(
      polls.flatMap(({ host }, n) => [
        (n % 2 ? store : other).startRound(host),
        (n % 2 ? other : store).change({ ...host, change: { allowChange: false } }),
      ]),
    )
    const done = (await actions(code)).toSorted()
    expect(done).toEqual(['created', 'edited', 'round-started'].flatMap((action) => Array(6).fill(action)))
    expect((await store.findRoom(code)).room.revision).toBe(1 + 5 + 12)
    const numbers = (await own.query(`SELECT number FROM host_log ORDER BY number`)) as { number: number }[]
    expect(numbers.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, n) => n + 1))
  })

  test('whatever happens to a poll, its views’ revisions only grow, and none gets above the poll’s', async () => {
    const poll = await makePoll(store, { resultsVisibility: 'host' })
    const { pollId, host, choiceIds } = poll
    const [a = 0, b = 0] = choiceIds
    const seen: PollState[] = [poll.poll]
    const see = async (next: Promise<PollState>) => void seen.push(await next)
    const change = async (change: object) => (await store.change({ ...host, change })).poll
    const votes = async (from: number, to: number, choice = a) => {
      const ids = Array.from({ length: to - from }, (_, n) => `${from + n}`)
      const recorded = await Promise.all(ids.map((id) => vote(pollId, id, choice)))
      return recorded.at(-1)?.poll ?? poll.poll
    }
    await see(votes(0, 30))
    await see(votes(0, 30, b))
    await see(store.startRound(host).then((started) => started.poll))
    await see(votes(0, 3))
    await see(change({ resultsVisibility: 'always' }))
    await see(votes(3, 9))
    await see(change({ resultsVisibility: 'after-vote' }))
    await see(votes(9, 20))
    await see(change({ resultsFromVoters: 25 }))
    await see(votes(20, 30))
    await see(change({ status: 'closed' }))
    await see(change({ status: 'open', resultsVisibility: 'after-close' }))
    await see(store.startRound(host).then((started) => started.poll))
    await see(change({ resultsVisibility: 'always', resultsFromVoters: 0 }))
    await see(change({ resultsVisibility: 'host' }))
    await see(votes(0, 12))
    await see(store.delete(host))
    for (const [n, { revision, publicRevision, votedRevision }] of seen.entries()) {
      const before = seen[n - 1] ?? poll.poll
      expect(publicRevision, `public after step ${n}`).toBeLessThanOrEqual(revision)
      expect(votedRevision, `voted after step ${n}`).toBeLessThanOrEqual(revision)
      expect(publicRevision).toBeGreaterThanOrEqual(before.publicRevision)
      expect(votedRevision).toBeGreaterThanOrEqual(before.votedRevision)
    }
  })

  test('a view that hides results moves with the voters alone: votes that change are not told by its pace', async () => {
    const { pollId, choiceIds } = await makePoll(store, { resultsVisibility: 'host' })
    const [a = 0, b = 0] = choiceIds
    await Promise.all(Array.from({ length: 5 }, (_, n) => vote(pollId, `${n}`, a)))
    for (let n = 0; n < 5; n += 1) await vote(pollId, `${n % 2}`, n % 4 < 2 ? b : a)
    const { publicRevision, votedRevision, revision } = await store.find(pollId)
    expect([publicRevision, votedRevision]).toEqual([5, 5])
    expect(revision).toBeGreaterThan(5)
    await store.record({ pollId, ballotId: '4', answer: null })
    expect(await store.find(pollId)).toMatchObject({ voters: 4, publicRevision: 6 })
  })

  test('a vote that is taken back is gone, with its ballot, and can be cast again', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0] = choiceIds
    await vote(pollId, 'me', a)
    const taken = await store.record({ pollId, ballotId: 'me', answer: null })
    expect(taken).toMatchObject({ changed: true, ballot: null, poll: { voters: 0, revision: 2 } })
    expect(await store.answer({ id: pollId, round: 1 }, 'me')).toBeUndefined()
    expect((await recount(database, pollId)).ballots).toBe(0)
    expect(await store.record({ pollId, ballotId: 'me', answer: null })).toMatchObject({ changed: false })
    expect(await vote(pollId, 'me', a)).toMatchObject({ poll: { voters: 1 } })
    expect(await store.cast(pollId, ['me', 'you'])).toEqual(new Set(['me']))
  })

  test('a key that is replaced by the same request on two nodes at once, and again later, is replaced once', async () => {
    const { room } = await makePoll(store)
    const other = await openOther()
    const newHostKeyHash = 'e'.repeat(64)
    const replace = (node: PollStore, request = {}) =>
      node.replaceHostKey({ ...room, newHostKeyHash, idempotencyScope: 'scope', ...request })
    const replaced = [...(await Promise.all([store, other].map((node) => replace(node)))), await replace(store)]
    expect(replaced.map(({ changed }) => changed).toSorted()).toEqual([false, false, true])
    for (const made of replaced) expect(made.room.hostKeyHash).toBe(newHostKeyHash)
    expect((await store.log(room.code)).filter(({ action }) => action === 'key-replaced')).toHaveLength(1)
    for (const request of [{ idempotencyScope: 'another' }, { newHostKeyHash: 'f'.repeat(64) }]) {
      await expect(replace(store, request)).rejects.toMatchObject({ code: 'invalid-host-key' })
    }
  })

  test('another key in place of the host’s opens the room, and the old one nothing', async () => {
    const { room, host } = await makePoll(store)
    const hostKeyHash = 'e'.repeat(64)
    const replaced = await store.replaceHostKey({ ...room, newHostKeyHash: hostKeyHash })
    expect(replaced).toMatchObject({ changed: true, room: { hostKeyHash } })
    const change = { status: 'closed' as const }
    await expect(store.change({ ...host, change })).rejects.toMatchObject({ code: 'invalid-host-key' })
    await expect(store.deleteRoom(room)).rejects.toMatchObject({ code: 'invalid-host-key' })
    expect(await store.change({ ...host, hostKeyHash, change })).toMatchObject({ changed: true })
  })
})
