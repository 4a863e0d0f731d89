import { newPollSchema } from '@pollcast/shared/settings'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { engines, makePoll, postgres, recount, type TestStore, votesOn } from '../../testing/engines.ts'
import type { Ballot, PastRound, PollRecord, PollStore } from '../polls/ports.ts'
import type { PollState } from '../polls/state.ts'
import type { WritableDatabase } from './database.ts'

/** What every engine's store does. */
describe.each(engines)('on $name', (engine) => {
  let own: TestStore
  let store: PollStore
  let database: WritableDatabase

  beforeEach(async () => {
    own = await engine.create()
    ;({ store, database } = await own.open())
  })

  /** A second node, or the same one on SQLite, of which a file takes one at a time. */
  const openOther = async () => {
    if (engine !== postgres) return { store, close: async () => {} }
    const other = await own.open()
    return { store: other.store, close: () => other.database.close() }
  }

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

  test.each([
    '\0',
    '2020\0 tabspace',
    '2020-01-01T00:00:00.000Z tabsp\0ce',
    '2020 \ufffd',
    ' tabspace',
    'x y',
    '2020',
    'a b c',
  ])('a cursor that says %j is refused', async (text) => {
    const cursor = Buffer.from(text).toString('base64url')
    await expect(store.list({ limit: 20, cursor })).rejects.toMatchObject({ code: 'malformed-cursor' })
  })

  test('200 votes at once are 200 ballots, and 200 revisions', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const votes = Array.from({ length: 200 }, (_, n) => {
      return { pollId, ballotId: `voter-${n}`, answer: [choiceIds[n % 3] ?? 0] }
    })
    const recorded = await Promise.all(votes.map((vote) => store.record(vote)))
    expect(recorded.every((one) => one.changed)).toBe(true)
    const after = await store.find(pollId)
    expect(after).toMatchObject({ voters: 200, revision: 200 })
    expect(votesOn(after)).toEqual([67, 67, 66])
    const counted = await recount(database, pollId)
    expect(counted.ballots).toBe(200)
    expect(choiceIds.map((id) => counted.votes.get(id))).toEqual([67, 67, 66])
  })

  test('a vote is acknowledged, and seen by any reader, only after its commit', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    await restart()
    const commit = await engine.pauseCommits(database.writer)

    let acknowledged = false
    const vote = store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 1) })
    void vote.then(() => {
      acknowledged = true
    })
    await commit.asked
    // The transaction has written all it will; only its COMMIT is held back.
    expect((await store.find(pollId)).revision).toBe(0)
    expect(await store.answer({ id: pollId, round: 1 }, 'me')).toBeUndefined()
    expect(acknowledged).toBe(false)

    commit.allow()
    expect((await vote).poll.revision).toBe(1)
    expect((await store.find(pollId)).revision).toBe(1)
  })

  test('the same voter moves their vote, and the same choice again changes no revision', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    const vote = (choice: number) => store.record({ pollId, ballotId: 'me', answer: [choice] })
    await vote(a)
    const moved = await vote(b)
    const again = await vote(b)
    expect(moved).toMatchObject({ changed: true, poll: { revision: 2, voters: 1 } })
    expect(votesOn(moved.poll)).toEqual([0, 1, 0])
    expect(again).toMatchObject({ changed: false, poll: { revision: 2, voters: 1 } })
    expect(await store.find(pollId)).toEqual(moved.poll)
    expect(await store.answer({ id: pollId, round: 1 }, 'me')).toEqual([b])
    expect(await store.answer({ id: pollId, round: 1 }, 'you')).toBeUndefined()
  })

  test('one voter who votes many times at once has one ballot, and the last vote counts', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const votes = Array.from({ length: 31 }, (_, n) => {
      return store.record({ pollId, ballotId: 'me', answer: [choiceIds[n % 3] ?? 0] })
    })
    await Promise.all(votes)
    const after = await store.find(pollId)
    expect(votesOn(after)).toEqual([1, 0, 0])
    expect(after).toMatchObject({ voters: 1, revision: 31 })
  })

  test('all ballots of the current round come with the poll, and later votes do not', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const other = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    const ballotIds = Array.from({ length: 1203 }, (_, n) => `voter-${n}`)
    await Promise.all(ballotIds.map((ballotId) => store.record({ pollId, ballotId, answer: [a] })))
    await store.record({ pollId: other.pollId, ballotId: 'other', answer: other.choiceIds.slice(0, 1) })

    const ballots: Ballot[] = []
    let polls: PollState[] = []
    let late: Promise<unknown> | undefined
    await store.ballots(pollId, (poll) => {
      polls = [poll]
      const take = (page: readonly Ballot[]) => {
        ballots.push(...page)
        // Votes go on, while the rest is read.
        late ??= Promise.all(
          ['voter-0', 'voter-999', 'zzz'].map((ballotId) => store.record({ pollId, ballotId, answer: [b] })),
        )
      }
      return { rounds: [poll.round], take }
    })
    expect(polls[0]).toMatchObject({ id: pollId, voters: 1203, revision: 1203 })
    expect(ballots.map((ballot) => ballot.ballotId).toSorted()).toEqual(ballotIds.toSorted())
    expect(new Set(ballots.map((ballot) => ballot.answer))).toEqual(new Set([`[${a}]`]))
    await late
    expect(votesOn(await store.find(pollId))).toEqual([1201, 3, 0])
  })

  test('the ballots of past rounds are read with them, of those that are asked for', async () => {
    const { pollId, choiceIds, host } = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    const vote = (answer: number, ...ballotIds: string[]) =>
      Promise.all(ballotIds.map((ballotId) => store.record({ pollId, ballotId, answer: [answer] })))
    // As many as one page, and none after them.
    const many = Array.from({ length: 500 }, (_, n) => `voter-${n}`)
    await vote(a, ...many)
    await store.startRound(host)
    await vote(b, 'me', 'you')
    await store.startRound(host)
    await vote(b, 'me')
    const read = async (...wanted: number[]) => {
      const found = new Map<number, string[]>()
      let past: readonly PastRound[] = []
      await store.ballots(pollId, (_, before) => {
        past = before
        const take = (page: readonly Ballot[], round: number) => {
          const ofPage = page.map(({ ballotId, answer }) => `${ballotId} ${answer}`)
          found.set(round, [...(found.get(round) ?? []), ...ofPage])
        }
        return { rounds: wanted, take }
      })
      return { found, past }
    }
    const all = await read(1, 2, 3)
    expect(all.past).toEqual(await store.pastRounds(pollId))
    expect(all.found.get(1)?.toSorted()).toEqual(many.map((id) => `${id} [${a}]`).toSorted())
    expect(all.found.get(2)).toEqual([`me [${b}]`, `you [${b}]`])
    expect((await read(3)).found).toEqual(new Map([[3, [`me [${b}]`]]]))
  })

  test('several ask for ballots at once, and one whose work fails harms nobody', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    await store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 1) })
    const read = async () => {
      const ballotIds: string[] = []
      const take = (page: readonly Ballot[]) => void ballotIds.push(...page.map((ballot) => ballot.ballotId))
      await store.ballots(pollId, () => ({ rounds: [1], take }))
      return ballotIds
    }
    const failing = store.ballots(pollId, () => {
      throw new Error('my own')
    })
    const reads = [read(), read(), read()]
    await expect(failing).rejects.toThrow('my own')
    expect(await Promise.all(reads)).toEqual([['me'], ['me'], ['me']])
    await expect(store.ballots('nosuch22', () => ({ rounds: [1], take: () => {} }))).rejects.toMatchObject({
      code: 'poll-not-found',
    })
  })

  test('a vote that breaks a rule is refused by name and does not fail those it arrived with', async () => {
    const poll = await makePoll(store)
    const other = await makePoll(store)
    const { pollId } = poll
    const [a = 0, b = 0] = poll.choiceIds
    const bad = [
      { vote: { pollId: 'nosuch22', answer: [a] }, code: 'poll-not-found' },
      { vote: { pollId, answer: [] }, code: 'no-choice' },
      { vote: { pollId, answer: [a, b] }, code: 'too-many-choices' },
      { vote: { pollId, answer: [987654] }, code: 'choice-not-found' },
      { vote: { pollId, answer: [other.choiceIds[0] ?? 0] }, code: 'choice-of-another-poll' },
    ]
    const good = Array.from({ length: 5 }, (_, n) => store.record({ pollId, ballotId: `${n}`, answer: [a] }))
    const refused = bad.map(({ vote }) => store.record({ ...vote, ballotId: 'bad' }))
    const codes = (await Promise.allSettled(refused)).map((one) => one.status === 'rejected' && one.reason.code)
    expect(codes).toEqual(bad.map(({ code }) => code))
    await Promise.all(good)
    expect(await store.find(pollId)).toMatchObject({ voters: 5, revision: 5 })
    expect(await store.find(other.pollId)).toMatchObject({ voters: 0, revision: 0 })
  })

  test('a vote that the database will not take fails alone', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0] = choiceIds
    for (const statement of engine.failingVoter) await database.writer.query(statement)
    const votes = ['x', 'failing', 'y'].map((ballotId) => store.record({ pollId, ballotId, answer: [a] }))
    const outcomes = (await Promise.allSettled(votes)).map((one) => one.status)
    expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await store.find(pollId)).toMatchObject({ voters: 2, revision: 2 })
  })

  test('a vote that is known by its scope is answered with what is on its ballot, and moves nothing', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    const vote = (choice: number, idempotencyScope: string) =>
      store.record({ pollId, ballotId: 'me', answer: [choice], idempotencyScope })
    // In one transaction, in another one, and after a restart.
    const [first, again] = await Promise.all([vote(a, 'one'), vote(a, 'one')])
    expect(first).toMatchObject({ changed: true, isRepeat: false, ballotId: 'me', ballot: `[${a}]` })
    expect(first.poll).toMatchObject({ revision: 1, voters: 1 })
    expect(again).toEqual({ ...first, changed: false, isRepeat: true })
    const moved = await vote(b, 'two')
    const repeated = { ...moved, changed: false, isRepeat: true }
    expect(await vote(a, 'one')).toEqual(repeated)
    await restart()
    expect(await vote(a, 'one')).toEqual(repeated)
    expect((await recount(database, pollId)).votes).toEqual(new Map([[b, 1]]))
  })

  test('a scope that is known by other choices refuses the vote, and not those it arrived with', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    const votes = [a, b, a].map((choice) =>
      store.record({ pollId, ballotId: 'me', answer: [choice], idempotencyScope: 'known' }),
    )
    const other = store.record({ pollId, ballotId: 'you', answer: [b], idempotencyScope: 'yours' })
    const outcomes = await Promise.allSettled([...votes, other])
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : one.value.changed))).toEqual([
      true,
      'idempotency-key-reused',
      false,
      true,
    ])
    expect(await store.find(pollId)).toMatchObject({ voters: 2, revision: 2 })
  })

  test('a vote that was refused leaves no scope behind, and one that could not be written neither', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0] = choiceIds
    for (const statement of engine.failingVoter) await database.writer.query(statement)
    const vote = (ballotId: string, choice: number) =>
      store.record({ pollId, ballotId, answer: [choice], idempotencyScope: 'again' })
    await expect(vote('me', 987654)).rejects.toMatchObject({ code: 'choice-not-found' })
    await expect(vote('failing', a)).rejects.toThrow('no ballot')
    expect(await vote('me', a)).toMatchObject({ changed: true, poll: { voters: 1 } })
  })

  test('two nodes that get the same votes at the same moment count each once', async () => {
    const other = await openOther()
    const { pollId, choiceIds } = await makePoll(store)
    const votes = Array.from({ length: 100 }, (_, n) => {
      const vote = {
        pollId,
        ballotId: `${n}`,
        answer: [choiceIds[n % 3] ?? 0],
        idempotencyScope: `key ${n}`,
      }
      return Promise.all([store, other.store].map((node) => node.record(vote)))
    })
    for (const pair of await Promise.all(votes)) {
      expect(pair.filter(({ isRepeat }) => isRepeat)).toHaveLength(1)
      expect(pair.filter(({ changed }) => changed)).toHaveLength(1)
    }
    expect(await store.find(pollId)).toMatchObject({ voters: 100, revision: 100 })
    expect((await recount(database, pollId)).ballots).toBe(100)
    await other.close()
  })

  test('a scope is known for a day, whatever the clocks of two nodes, and forgotten after two', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0] = choiceIds
    const DAY = 24 * 60 * 60 * 1000
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now')
    onTestFinished(() => clock.mockRestore())
    const vote = (scope: string, at: number) => {
      clock.mockReturnValue(at)
      return store.record({ pollId, ballotId: scope, answer: [a], idempotencyScope: scope })
    }
    const scopes = async () =>
      (await database.reader.query('SELECT scope FROM idempotency_key ORDER BY scope')).map(
        (row: { scope: string }) => row.scope,
      )
    for (let n = 0; n < 3; n += 1) await vote(`old ${n}`, now)
    for (const at of [now + DAY, now - 60_000, now - DAY]) {
      expect(await vote('old 0', at)).toMatchObject({ changed: false, isRepeat: true })
    }
    await vote('next', now + DAY)
    expect(await scopes()).toEqual(['next', 'old 0', 'old 1', 'old 2'])
    // A few at a time: no vote is to wait for the deletion of all that a crowd left.
    await vote('later', now + 2 * DAY)
    expect(await scopes()).toHaveLength(3)
    await vote('last', now + 2 * DAY)
    expect(await scopes()).toEqual(['last', 'later', 'next'])
  })

  test('votes without a scope ask nothing about scopes of the database', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const asked: string[] = []
    const { run } = database.transactions
    database.transactions.run = (work, repeatable) =>
      run.call(
        database.transactions,
        (transaction) =>
          work({
            ...transaction,
            query: (sql, parameters) => {
              asked.push(sql)
              return transaction.query(sql, parameters)
            },
          }),
        repeatable,
      ) as never
    await store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 1) })
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((sql) => sql.includes('idempotency_key'))).toEqual([])
  })

  test('a repeatable poll asked for by two nodes at once, and again later, is made once; another of its id is refused', async () => {
    const other = await openOther()
    const record = repeatable()
    const create = (node: PollStore, change = {}) => node.create({ ...record, idempotencyScope: 'scope', ...change })
    const made = await Promise.all([store, other.store, store, other.store].map((node) => create(node)))
    await restart()
    for (const again of [...made, await create(store)]) expect(again.poll).toEqual(made[0]?.poll)
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect((await store.list({ limit: 20 })).polls).toHaveLength(3)
    for (const change of [{ question: 'Twice?' }, { listed: false }, { voteMode: 'code' }, { resultsFromVoters: 5 }]) {
      await expect(create(store, change)).rejects.toMatchObject({ code: 'idempotency-key-reused' })
    }
    await expect(create(store, { room: { newHostKeyHash: 'other' } })).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    })
    await other.close()
  })

  test('polls that two nodes make at once have no choice in common, and a vote for another’s choice is told so', async () => {
    const other = await openOther()
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => makePoll(n % 2 ? store : other.store)))
    expect(new Set(made.flatMap(({ choiceIds }) => choiceIds)).size).toBe(60)
    const [one, two] = made
    const vote = store.record({ pollId: one?.pollId ?? '', ballotId: 'me', answer: two?.choiceIds.slice(0, 1) })
    await expect(vote).rejects.toMatchObject({ code: 'choice-of-another-poll' })
    await other.close()
  })

  test('a poll that was made with a key before the upgrade to kinds is still known by it', async () => {
    const create = () => store.create({ ...record, idempotencyScope: 'scope' })
    const record = repeatable()
    await create()
    const content =
      '{"choices" : [{"id" : 7, "text" : "a"}, {"id" : 8, "text" : "b"}], "maxChoices" : 1, "minChoices" : 1}'
    await database.writer.query('UPDATE poll SET content = $1 WHERE id = $2', [content, record.id])
    expect(await create()).toMatchObject({ isNew: false, poll: { content: JSON.parse(content) } })
  })

  test('a closed poll takes no vote', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    await database.writer.query(`UPDATE poll SET status = 'closed' WHERE id = $1`, [pollId])
    const vote = store.record({ pollId, ballotId: 'late', answer: choiceIds.slice(0, 1) })
    await expect(vote).rejects.toMatchObject({ code: 'poll-closed' })
  })

  test('a change of the host’s comes after the votes before it and before those after it, whatever arrives together', async () => {
    const { pollId, hostKeyHash, choiceIds } = await makePoll(store)
    const vote = (n: number) => store.record({ pollId, ballotId: `${n}`, answer: choiceIds.slice(0, 1) })
    const votes = Promise.allSettled(Array.from({ length: 50 }, (_, n) => vote(n)))
    const { poll: closed } = await store.change({ pollId, hostKeyHash, change: { status: 'closed' } })
    const counted = (await votes).filter(({ status }) => status === 'fulfilled').length
    expect(closed).toMatchObject({ status: 'closed', voters: counted, revision: counted + 1 })
    await expect(vote(99)).rejects.toMatchObject({ code: 'poll-closed' })
    expect(await store.find(pollId)).toEqual(closed)
    expect(await store.change({ pollId, hostKeyHash, change: { status: 'closed' } })).toEqual({
      poll: closed,
      changed: false,
    })
    const other = { pollId, hostKeyHash: 'f'.repeat(64) }
    await expect(store.change({ ...other, change: { status: 'open' } })).rejects.toMatchObject({
      code: 'invalid-host-key',
    })
    await expect(store.delete(other)).rejects.toMatchObject({ code: 'invalid-host-key' })
    await restart()
    expect(await store.find(pollId)).toEqual(closed)
  })

  test('a deleted poll leaves nothing but that it was there, and its deletion can be read', async () => {
    const { pollId, hostKeyHash, choiceIds } = await makePoll(store)
    await store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 1) })
    const left = await store.delete({ pollId, hostKeyHash })
    expect(left).toMatchObject({ revision: 2, voters: 0, question: '', content: {}, counters: {} })
    expect(await store.find(pollId)).toEqual(left)
    expect((await recount(database, pollId)).ballots).toBe(0)
    expect((await store.list({ limit: 20 })).polls.map(({ id }) => id)).not.toContain(pollId)
    for (const refused of [
      store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 1) }),
      store.change({ pollId, hostKeyHash, change: { status: 'open' } }),
      store.delete({ pollId, hostKeyHash }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'poll-deleted' })
    }
  })

  test('where a poll lets one pick several, a ballot counts once and each of its choices gets a vote', async () => {
    const { pollId, choiceIds } = await makePoll(store, { maxChoices: 2 })
    await store.record({ pollId, ballotId: 'x', answer: choiceIds.slice(0, 2) })
    const { poll: after } = await store.record({ pollId, ballotId: 'y', answer: choiceIds.slice(1) })
    expect(votesOn(after)).toEqual([1, 2, 1])
    expect(after.voters).toBe(2)
  })

  test('revisions go on after a restart where they were', async () => {
    const { pollId, choiceIds } = await makePoll(store)
    const [a = 0, b = 0] = choiceIds
    await store.record({ pollId, ballotId: 'me', answer: [a] })
    await restart()
    expect(await store.find(pollId)).toMatchObject({ revision: 1, voters: 1 })
    const { poll: after } = await store.record({ pollId, ballotId: 'me', answer: [b] })
    expect(after).toMatchObject({ revision: 2, voters: 1 })
  })

  test('a page of polls begins where the one before it ended, newest first', async () => {
    for (let n = 0; n < 4; n += 1) await makePoll(store)
    const all = await store.list({ limit: 20 })
    const first = await store.list({ limit: 3 })
    const second = await store.list({ limit: 3, cursor: first.nextCursor ?? '' })
    expect([...first.polls, ...second.polls]).toEqual(all.polls)
    expect(second.nextCursor).toBeNull()
    expect(all.polls[0]).toMatchObject({ question: 'Which?', voters: 0, status: 'open' })
  })

  test('a poll is found as it was made, and one that is not there is said to be not there', async () => {
    const { poll, pollId, choiceIds } = await makePoll(store, { maxChoices: 2 })
    expect(await store.find(pollId)).toEqual(poll)
    expect(choiceIds).toEqual([...choiceIds].sort((a, b) => a - b))
    await expect(store.find('nosuch22')).rejects.toMatchObject({ code: 'poll-not-found' })
  })

  test('the newest poll comes first, also where the clock was set back before it was made', async () => {
    const made = [(await makePoll(store)).pollId]
    const hourAgo = Date.now() - 3_600_000
    vi.useFakeTimers({ toFake: ['Date'], now: hourAgo })
    onTestFinished(() => void vi.useRealTimers())
    for (let n = 0; n < 3; n += 1) made.push((await makePoll(store)).pollId)
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
          pollId: poll?.pollId ?? '',
          ballotId: `${n % 200}`,
          answer: [poll?.choiceIds[n % 3] ?? 0],
        }
        return nodes[node]?.record(vote)
      })
      await Promise.all(votes)
      for (const { pollId, choiceIds } of polls) {
        const after = await store.find(pollId)
        const counted = await recount(database, pollId)
        expect(after.voters).toBe(counted.ballots)
        expect(votesOn(after)).toEqual(choiceIds.map((id) => counted.votes.get(id) ?? 0))
        expect(await other.store.find(pollId)).toEqual(after)
      }
      await other.database.close()
    },
  )
})

/** A poll that is asked for with an idempotency key. */
const repeatable = (): PollRecord => ({
  ...newPollSchema.parse({ question: 'Once?', choices: ['a', 'b'], listed: true }),
  id: 'repeated',
  room: { newHostKeyHash: 'hash' },
})
