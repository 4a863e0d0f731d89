import type { PollChange } from '@pollcast/shared/settings'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { engines, type MadePoll, makePoll, postgres, type TestStore } from '../../testing/engines.ts'
import type { Ballot, PollStore } from '../polls/ports.ts'
import type { WritableDatabase } from './database.ts'
import { writeBatch } from './write-batch.ts'

/** What every engine's store does with ballots that came in a burst. */
describe.each(engines)('on $name', (engine) => {
  let own: TestStore
  let store: PollStore
  let database: WritableDatabase
  let made: MadePoll

  beforeEach(async () => {
    own = await engine.create()
    ;({ store, database } = await own.open())
    made = await makePoll(store, { maxChoices: 2 })
  })

  afterEach(async () => {
    await database.close()
    await own.remove()
  })

  afterAll(() => engine.stop())

  const vote = (ballotId: string, burst?: number, ...indexes: number[]) =>
    store.record({ pollId: made.pollId, ballotId, burst, answer: indexes.map((index) => made.choiceIds[index] ?? 0) })
  const setVoided = (number: number, voided: boolean, to = store) =>
    to.voidBurst({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash, number, voided })
  const counts = async () => {
    const { voters, counters, revision } = await store.find(made.pollId)
    return { voters, votes: made.choiceIds.map((id) => counters[id]), revision }
  }
  const bursts = async () => (await store.log(made.room.code)).flatMap(({ burst }) => burst ?? [])

  test('a voided burst is not counted, in one change, and undone it is as it was', async () => {
    await vote('known', undefined, 0)
    await vote('one', 7, 0, 1)
    await vote('two', 7, 1)
    await vote('three', 8, 2)
    expect(await counts()).toEqual({ voters: 4, votes: [2, 2, 1], revision: 4 })
    expect(await setVoided(7, true)).toMatchObject({ changed: true, poll: { voters: 2, revision: 5 } })
    expect(await counts()).toEqual({ voters: 2, votes: [1, 0, 1], revision: 5 })
    expect(await bursts()).toEqual([
      { number: 7, round: 1, voters: 2, voided: true },
      { number: 8, round: 1, voters: 1, voided: false },
    ])
    expect(await setVoided(7, true)).toMatchObject({ changed: false, poll: { revision: 5 } })
    await setVoided(7, false)
    expect(await counts()).toEqual({ voters: 4, votes: [2, 2, 1], revision: 6 })
    const log = await store.log(made.room.code)
    expect(log.map(({ action }) => action)).toEqual(['created', 'burst', 'burst', 'burst-voided', 'burst-restored'])
  })

  test('a voided burst takes no new vote and no change, and others do', async () => {
    await vote('one', 7, 0)
    await setVoided(7, true)
    const refused = { code: 'burst-voided' }
    await expect(vote('late', 7, 0)).rejects.toMatchObject(refused)
    await expect(vote('one', 7, 1)).rejects.toMatchObject(refused)
    // Whatever cookie it came with.
    await expect(vote('one', undefined, 1)).rejects.toMatchObject(refused)
    await vote('known', undefined, 2)
    await vote('other', 8, 2)
    expect(await counts()).toMatchObject({ voters: 2, votes: [0, 0, 2] })
    await setVoided(7, false)
    await vote('one', 7, 1)
    expect(await counts()).toMatchObject({ voters: 3, votes: [0, 1, 2] })
  })

  test('a ballot that is changed, or was there before, stays in the burst that it came with', async () => {
    await vote('known', undefined, 0)
    await vote('known', 7, 1)
    await vote('one', 7, 1)
    await vote('one', undefined, 2)
    await setVoided(7, true)
    expect(await counts()).toMatchObject({ voters: 1, votes: [0, 1, 0] })
  })

  test('where all ballots are voided, choices and the way of voting stay, and restored they count as they did', async () => {
    await vote('one', 7, 0, 1)
    await setVoided(7, true)
    expect(await counts()).toMatchObject({ voters: 0 })
    const change = (change: PollChange) =>
      store.change({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash, change })
    for (const wrong of [{ choices: ['X', 'Y'] }, { maxChoices: 1 }, { voteMode: 'none' as const }]) {
      await expect(change(wrong)).rejects.toMatchObject({ code: 'poll-has-votes' })
    }
    expect(await change({ question: 'Reworded?' })).toMatchObject({ poll: { rewordedAt: expect.any(String) } })
    await setVoided(7, false)
    expect(await counts()).toMatchObject({ voters: 1, votes: [1, 1, 0] })
    await store.startRound({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash })
    expect(await change({ choices: ['X', 'Y'], voteMode: 'none' })).toMatchObject({ changed: true })
  })

  test('what was voided is nobody’s answer, and none that was cast, until it is restored', async () => {
    await vote('known', undefined, 0)
    await vote('one', 7, 1)
    const seen = async () => ({
      answer: await store.answer({ id: made.pollId, round: 1 }, 'one'),
      cast: [...(await store.cast(made.pollId, ['known', 'one', 'none']))].sort(),
    })
    await setVoided(7, true)
    expect(await seen()).toEqual({ answer: undefined, cast: ['known'] })
    await setVoided(7, false)
    expect(await seen()).toEqual({ answer: [made.choiceIds[1]], cast: ['known', 'one'] })
  })

  test('what was voided is in no file of ballots, and moves to nowhere', async () => {
    await vote('known', undefined, 0)
    await vote('one', 7, 1)
    await setVoided(7, true)
    const read = async (...rounds: number[]) => {
      const ids: string[] = []
      const take = (page: readonly Ballot[]) => void ids.push(...page.map(({ ballotId }) => ballotId))
      await store.ballots(made.pollId, () => ({ rounds, take }))
      return ids
    }
    expect(await read(1)).toEqual(['known'])
    await store.startRound({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash })
    await vote('known', undefined, 1)
    await vote('one', 7, 1)
    expect(await read(1, 2)).toEqual(['known', 'known', 'one'])
    const moves = await store.movesBetween(made.pollId, 1, 2)
    expect(moves).toHaveLength(2)
    expect(moves).toEqual(
      expect.arrayContaining([
        { from: JSON.stringify([made.choiceIds[0]]), to: JSON.stringify([made.choiceIds[1]]), voters: 1 },
        { from: null, to: JSON.stringify([made.choiceIds[1]]), voters: 1 },
      ]),
    )
    // In the new round it is a burst of its own.
    expect(await bursts()).toEqual([
      { number: 7, round: 1, voters: 1, voided: true },
      { number: 7, round: 2, voters: 1, voided: false },
    ])
  })

  test('a burst that is not there is said so, one of another round too, and another’s key voids nothing', async () => {
    await vote('one', 7, 0)
    await expect(setVoided(8, true)).rejects.toMatchObject({ code: 'burst-not-found' })
    const other = await makePoll(store)
    const foreign = store.voidBurst({
      pollId: made.pollId,
      hostKeyHash: other.room.hostKeyHash,
      number: 7,
      voided: true,
    })
    await expect(foreign).rejects.toMatchObject({ code: 'invalid-host-key' })
    await store.startRound({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash })
    await expect(setVoided(7, true)).rejects.toMatchObject({ code: 'burst-not-found' })
  })

  test('votes of a burst while it is voided and restored: the counters are those of the ballots that count', async () => {
    const other = engine === postgres ? await own.open() : undefined
    onTestFinished(() => other?.database.close())
    await vote('first', 7, 0)
    const votes = Array.from({ length: 60 }, async (_, n) => {
      await vote(`voter ${n}`, n % 2 ? 7 : undefined, n % 3).catch(({ code }) => expect(code).toBe('burst-voided'))
    })
    const voids = [true, false, true].map((voided) => setVoided(7, voided, other?.store ?? store))
    await Promise.all([...votes, ...voids])
    const rows = (await own.query(`SELECT answer FROM ballot WHERE poll_id = '${made.pollId}' AND voided = 0`)) as {
      answer: string
    }[]
    const { voters, votes: counted } = await counts()
    expect(voters).toBe(rows.length)
    expect(counted).toEqual(
      made.choiceIds.map((id) => rows.filter(({ answer }) => answer === JSON.stringify([id])).length),
    )
  })

  test('a deleted poll leaves no bursts', async () => {
    await vote('one', 7, 0)
    await store.delete({ pollId: made.pollId, hostKeyHash: made.room.hostKeyHash })
    expect(await own.query('SELECT * FROM burst')).toEqual([])
    expect(await bursts()).toEqual([])
  })

  test('only votes that came with a burst have the database asked for bursts', async () => {
    const { voteSql, transactions } = database
    const asked = async (burst: number | undefined) => {
      const statements: string[] = []
      const cast = { pollId: made.pollId, ballotId: `with ${burst}`, answer: [made.choiceIds[0] ?? 0], burst }
      await transactions.run((transaction) => {
        const query: typeof transaction.query = (sql, parameters) => {
          statements.push(sql)
          return transaction.query(sql, parameters)
        }
        return writeBatch({ ...transaction, query }, voteSql, [cast])
      }, 'repeatable')
      return statements.filter((sql) => sql === voteSql.bursts || sql === voteSql.writeBursts).length
    }
    expect(await asked(undefined)).toBe(0)
    expect(await asked(7)).toBe(2)
  })
})
