import { Client } from 'pg'
import type { DataSource } from 'typeorm'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { dropEmptyPostgres, emptyPostgres } from '../../testing/empty-postgres.ts'
import { advanceClock, makePoll, recount, storeOf } from '../../testing/engines.ts'
import { ask, createDatabase, postgresServer } from '../../testing/postgres.ts'
import { TcpProxy } from '../../testing/tcp-proxy.ts'
import { until } from '../../testing/until.ts'
import { silent } from '../lib/log.ts'
import { DatabaseRefused } from './database.ts'
import { LOCK_TIMEOUT_MS, openPostgres } from './postgres-database.ts'
import { SqlPollWriter } from './sql-poll-writer.ts'

afterAll(dropEmptyPostgres)

const away = { code: 'store-unavailable' }

/** Has the server close every connection to this database but the one it is asked on. */
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()`

/** A store that reaches its database through a network that can be bad. */
const setUp = async () => {
  const url = await emptyPostgres()
  const { proxy, url: through } = await TcpProxy.before(url, 5432)
  const told: string[] = []
  const log = { error: (text: string) => told.push(text), info: (text: string) => told.push(text), debug: () => {} }
  const database = await openPostgres(through, log)
  const name = `The database at 127.0.0.1:${new URL(through).port}`
  const store = storeOf(database)
  onTestFinished(() => database.close())
  const poll = await makePoll(store)
  const { pollId } = poll
  const [a = 0, b = 0] = poll.choiceIds
  const vote = (ballotId: string, choice = a) => store.record({ pollId, ballotId, answer: [choice] })
  return { url, proxy, database, store, told, name, pollId, a, b, vote }
}

/** A connection of somebody else's, until the test has ended. */
const stranger = async (url: string) => {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Resolves when somebody waits for a lock. */
const untilBlocked = async (url: string) => {
  for (;;) {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    if ((await ask(url, waiting)).length > 0) return
  }
}

test('while the database is away votes and reads are refused as unavailable, and when it returns requests succeed', async () => {
  const { proxy, store, pollId, vote } = await setUp()
  await vote('before')
  proxy.refuse()
  const asked = [
    vote('x'),
    vote('y'),
    store.find(pollId),
    store.list({ limit: 5 }),
    store.answer({ id: pollId, round: 1 }, 'before'),
  ]
  for (const one of await Promise.allSettled(asked)) {
    expect(one).toMatchObject({ status: 'rejected', reason: away })
  }
  await expect(makePoll(store)).rejects.toMatchObject(away)

  proxy.refuse(false)
  expect(await store.find(pollId)).toMatchObject({ revision: 1, voters: 1 })
  expect(await vote('after')).toMatchObject({ changed: true, poll: { voters: 2, revision: 2 } })
})

test('that the database is away, and that it is back, is logged once each, however many requests fail', async () => {
  const { proxy, store, told, name, pollId, vote } = await setUp()
  const meet = () => Promise.allSettled([vote('x'), vote('y'), makePoll(store), store.find(pollId), store.find(pollId)])
  for (let outage = 1; outage <= 2; outage += 1) {
    proxy.refuse()
    await meet()
    await meet()
    proxy.refuse(false)
    await meet()
    await meet()
  }
  const away = expect.stringMatching(
    new RegExp(`^${name} is unavailable: [^.]+\\. Votes and reads are answered with 503, .+`),
  )
  expect(told).toEqual([away, `${name} is available again.`, away, `${name} is available again.`])
})

test('that the database takes no writes is logged once, and reads that go well meanwhile do not end it', async () => {
  const { url, store, told, name, pollId, vote } = await setUp()
  const admin = await stranger(url)
  const readOnly = async (value: 'on' | 'off') => {
    await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = ${value}`)
    // Connections that are there already stay as they are.
    await admin.query(CUT)
  }
  await readOnly('on')
  for (const ballotId of ['x', 'y']) {
    await expect(vote(ballotId)).rejects.toMatchObject(away)
    expect((await store.find(pollId)).voters).toBe(0)
  }
  await readOnly('off')
  advanceClock(10_000)
  expect((await vote('x')).changed).toBe(true)
  expect(told).toEqual([
    expect.stringMatching(`^${name} can't be written to: cannot execute .+\\. Votes and new polls are answered`),
    `${name} can be written to again.`,
  ])
})

test('connections that broke while nobody used them are replaced, and nobody notices', async () => {
  const { proxy, store, told, pollId, vote } = await setUp()
  for (let turn = 1; turn <= 3; turn += 1) {
    await Promise.all([store.find(pollId), vote(`${turn}`)])
    proxy.cut()
    expect((await vote(`${turn} again`)).changed).toBe(true)
    expect((await store.find(pollId)).voters).toBe(2 * turn)
  }
  expect(told).toEqual([])
})

test('where nothing comes back any more, votes and reads are refused, and wait for nothing to come back', async () => {
  const { proxy, store, pollId, vote } = await setUp()
  proxy.stall()
  // More than one batch: what waits behind the first is refused with it.
  const votes = Array.from({ length: 1200 }, (_, n) => vote(`${n}`))
  for (const one of await Promise.allSettled([...votes, store.find(pollId)])) {
    expect(one).toMatchObject({ status: 'rejected', reason: away })
  }

  proxy.stall(false)
  proxy.cut()
  // A connection that was being opened when all of them were cut may be the next one that is used.
  await until(() => vote('after').catch(() => false))
  expect(await store.answer({ id: pollId, round: 1 }, 'after')).not.toBeUndefined()
})

test('of votes whose connection is cut every acknowledged one is there, once', async () => {
  const { url, database, store, pollId, a, b } = await setUp()
  const acknowledged = new Map<string, number>()
  const unanswered = new Set<string>()
  const vote = async (ballotId: string, choice: number) => {
    try {
      await store.record({ pollId, ballotId, answer: [choice] })
      acknowledged.set(ballotId, choice)
    } catch (error) {
      expect(error).toMatchObject(away)
      unanswered.add(ballotId)
    }
  }
  const voting = Array.from({ length: 20 }, async (_, connection) => {
    for (let n = 0; n < 100; n += 1) await vote(`${connection}-${n}`, n % 2 === 0 ? a : b)
  })
  const cutting = (async () => {
    for (let turn = 0; turn < 8; turn += 1) await ask(url, CUT)
  })()
  await Promise.all([...voting, cutting])

  await vote('after', a)
  expect(acknowledged.has('after')).toBe(true)
  for (const [ballotId, choice] of acknowledged)
    expect(await store.answer({ id: pollId, round: 1 }, ballotId)).toEqual([choice])
  const after = await store.find(pollId)
  const counted = await recount(database, pollId)
  expect(after.voters).toBe(counted.ballots)
  expect(after.revision).toBe(counted.ballots)
  expect(counted.ballots).toBeGreaterThanOrEqual(acknowledged.size)
  expect(counted.ballots).toBeLessThanOrEqual(acknowledged.size + unanswered.size)
  expect(after.counters[a]).toBe(counted.votes.get(a))
})

/** Has the next COMMIT be committed, and its connection die before the answer is through. */
const loseCommitAnswer = async (writer: DataSource) => {
  const runner = writer.createQueryRunner()
  const client = await runner.connect()
  const query = client.query.bind(client)
  client.query = (...args: unknown[]) => {
    if (args[0] !== 'COMMIT') return query(...args)
    return query(...args).then(() => {
      client.connection.stream.destroy()
      throw new Error('Connection terminated unexpectedly')
    })
  }
  await runner.release()
}

test.each([
  ['', undefined],
  [' with an idempotency key', 'key'],
])('a vote%s whose COMMIT was not answered is done again, counts once, and is still published', async (_, scope) => {
  const { database, store, pollId, a } = await setUp()
  await loseCommitAnswer(database.writer)
  const recorded = await store.record({ pollId, ballotId: 'me', answer: [a], idempotencyScope: scope })
  expect(recorded).toMatchObject({ changed: true, poll: { revision: 1, voters: 1 } })
  // The first attempt was this very vote: its voter is to be given the cookie.
  expect(recorded.isRepeat).toBe(false)
  expect(await store.find(pollId)).toMatchObject({ revision: 1, voters: 1 })
})

test('a change and a deletion whose COMMIT was not answered are done, once, and still published', async () => {
  const { database, store } = await setUp()
  const { pollId, hostKeyHash } = await makePoll(store)
  await loseCommitAnswer(database.writer)
  const closed = await store.change({ pollId, hostKeyHash, change: { status: 'closed' } })
  expect(closed).toMatchObject({ changed: true, poll: { status: 'closed', revision: 1 } })
  await loseCommitAnswer(database.writer)
  const deleted = await store.delete({ pollId, hostKeyHash })
  expect(deleted).toMatchObject({ revision: 2, deletedAt: expect.any(String) })
  expect(await store.find(pollId)).toEqual(deleted)
})

test('every other command of a host whose COMMIT was not answered is done once too, and answers as if nothing had been', async () => {
  const { database, store } = await setUp()
  const closesAt = new Date(Date.now() + 60_000).toISOString()
  const first = await makePoll(store)
  const second = await makePoll(store, { closesAt }, first.room)
  const { code } = first.room
  const lost = async <T>(work: () => Promise<T>): Promise<T> => {
    await loseCommitAnswer(database.writer)
    return work()
  }
  expect(await lost(() => store.startRound(first.host))).toMatchObject({ isNew: true, poll: { round: 2, revision: 1 } })
  expect(await store.pastRounds(first.pollId)).toHaveLength(1)
  expect(await lost(() => store.copy({ ...first.host, newId: 'copied22' }))).toMatchObject({
    isNew: true,
    poll: { id: 'copied22' },
  })
  const moved = await lost(() => store.changeRoom({ ...first.room, change: { currentPollId: second.pollId } }))
  expect(moved).toMatchObject({ changed: true, room: { currentPollId: second.pollId } })
  // Those who watch the poll that it closed are to be told.
  expect(moved.polls).toMatchObject([{ id: first.pollId, status: 'closed' }])
  await lost(() => store.addCodes({ ...first.room, codeHashes: ['one', 'two'] }))
  expect(await store.countCodes(code)).toEqual({ issued: 2, used: 0 })
  const newHostKeyHash = 'e'.repeat(64)
  const replaced = await lost(() => store.replaceHostKey({ ...first.room, newHostKeyHash }))
  expect(replaced).toMatchObject({ changed: true, room: { hostKeyHash: newHostKeyHash } })
  const actions = (await store.log(code)).map(({ action }) => action)
  const once = ['round-started', 'copied', 'closed', 'moved', 'codes-issued', 'key-replaced']
  expect(actions).toEqual(['created', 'created', ...once])
  const deleted = await lost(() => store.deleteRoom({ code, hostKeyHash: newHostKeyHash }))
  expect(deleted).toMatchObject({ changed: true, room: { deletedAt: expect.any(String) } })
  // So are those who watch its polls.
  expect(deleted.polls.map(({ id }) => id).toSorted()).toEqual([first.pollId, second.pollId, 'copied22'].toSorted())
})

test('a tablet’s vote whose COMMIT was not answered is one ballot', async () => {
  const { database, store } = await setUp()
  const { pollId, choiceIds } = await makePoll(store, { voteMode: 'none' })
  await loseCommitAnswer(database.writer)
  await store.record({ pollId, ballotId: 'tablet', answer: choiceIds.slice(0, 1) })
  expect(await store.find(pollId)).toMatchObject({ voters: 1 })
  expect((await recount(database, pollId)).ballots).toBe(1)
})

test('a room, or a poll that a move would close, that somebody else keeps locked refuses its host, and votes on others go on', async () => {
  const { url, store } = await setUp()
  const first = await makePoll(store)
  const second = await makePoll(store, {}, first.room)
  const other = await makePoll(store)
  const client = await stranger(url)
  const move = () => store.changeRoom({ ...first.room, change: { currentPollId: second.pollId } })
  for (const lock of [
    `SELECT 1 FROM poll WHERE id = '${first.pollId}' FOR UPDATE`,
    `SELECT 1 FROM room WHERE code = '${first.room.code}' FOR UPDATE`,
  ]) {
    await client.query('BEGIN')
    await client.query(lock)
    const [moved, voted] = await Promise.allSettled([
      move(),
      store.record({ pollId: other.pollId, ballotId: lock, answer: other.choiceIds.slice(0, 1) }),
    ])
    expect(moved).toMatchObject({ status: 'rejected', reason: away })
    expect(voted).toMatchObject({ status: 'fulfilled', value: { changed: true } })
    await client.query('ROLLBACK')
  }
  expect((await store.find(first.pollId)).status).toBe('open')
  expect(await move()).toMatchObject({ room: { currentPollId: second.pollId }, polls: [{ status: 'closed' }] })
})

test('a vote that ends up in a deadlock with somebody else is done again, and nobody notices', async () => {
  const { url, store, pollId, a, vote } = await setUp()
  const other = await makePoll(store)
  const [first = '', last = ''] = [pollId, other.pollId].sort()
  const client = await stranger(url)
  // The server ends the transaction of whoever looks first.
  await client.query(`SET deadlock_timeout = '60s'`)
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [last])
  // The first vote holds the writer up; the next two are one batch.
  const votes = [
    vote('x'),
    store.record({ pollId, ballotId: 'me', answer: [a] }),
    store.record({ pollId: other.pollId, ballotId: 'me', answer: other.choiceIds.slice(0, 1) }),
  ]
  await untilBlocked(url)
  await client.query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [first])
  await client.query('COMMIT')
  for (const one of await Promise.all(votes)) expect(one.changed).toBe(true)
})

test('a transaction that the server gives up for another one’s sake is done again, and nobody notices', async () => {
  const { database } = await setUp()
  let attempts = 0
  const done = database.transactions.run(async ({ query }) => {
    attempts += 1
    if (attempts < 4) await query("DO $$ BEGIN RAISE 'could not serialize access' USING ERRCODE = '40001'; END $$")
    return attempts
  })
  expect(await done).toBe(4)
})

test('a poll that somebody else keeps locked refuses its votes, and those on other polls go on', async () => {
  const { url, database, store, told, pollId, a, vote } = await setUp()
  const others = [await makePoll(store), await makePoll(store)]
  const client = await stranger(url)
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [pollId])
  const voteOnAll = (ballotId: string) =>
    Promise.allSettled([
      vote(ballotId),
      ...others.map(({ pollId, choiceIds }) => {
        return store.record({ pollId, ballotId, answer: choiceIds.slice(0, 1) })
      }),
    ])
  // The first vote has a transaction of its own; those on all polls are the next batch.
  void vote('first').catch(() => {})
  const [locked, ...free] = await voteOnAll('together')
  expect(locked).toMatchObject({ status: 'rejected', reason: away })
  for (const one of free) expect(one).toMatchObject({ status: 'fulfilled', value: { changed: true } })

  // It was waited for once. From then on nobody does, for as long as the lock is held.
  const later = performance.now()
  for (let n = 0; n < 20; n += 1) expect((await voteOnAll(`${n}`)).map(({ status }) => status)[1]).toBe('fulfilled')
  expect(performance.now() - later).toBeLessThan(20 * LOCK_TIMEOUT_MS)

  await client.query('ROLLBACK')
  await expect.poll(() => vote('x').catch(() => undefined)).toMatchObject({ poll: { voters: 1, revision: 1 } })
  expect((await recount(database, pollId)).votes).toEqual(new Map([[a, 1]]))
  for (const { pollId } of others) {
    expect(await store.find(pollId)).toMatchObject({ voters: 21, revision: 21 })
  }
  expect(told).toEqual([])
})

test('of a batch that waited for a lock too long, what can be locked is written at once', async () => {
  const { url, database, store, pollId, a } = await setUp()
  const other = await makePoll(store)
  const client = await stranger(url)
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [pollId])
  // While this transaction is under way, votes gather into one batch.
  const before = database.transactions.run(async ({ query }) => query('SELECT 1'))
  const [locked, free, unknown] = await Promise.allSettled([
    store.record({ pollId, ballotId: 'x', answer: [a] }),
    store.record({ pollId: other.pollId, ballotId: 'x', answer: other.choiceIds.slice(0, 1) }),
    store.record({ pollId: 'nosuch22', ballotId: 'x', answer: [a] }),
    before,
  ])
  expect(locked).toMatchObject({ reason: { ...away, message: expect.stringMatching(/busy/) } })
  expect(free).toMatchObject({ value: { changed: true, poll: { voters: 1, revision: 1 } } })
  expect(unknown).toMatchObject({ reason: { code: 'poll-not-found' } })
})

test('what the server says on a connection that is given up is thrown at nobody', async () => {
  const { database } = await setUp()
  const runner = database.writer.createQueryRunner()
  const client = await runner.connect()
  await runner.release()
  await expect(database.transactions.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
  // As the driver does with a message that answers no query.
  expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow()
})

test('a store closes while its poll is kept locked by somebody else', async () => {
  const { url, pollId, a } = await setUp()
  const database = await openPostgres(url)
  const store = new SqlPollWriter(database)
  const client = await stranger(url)
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [pollId])
  await expect(store.record({ pollId, ballotId: 'x', answer: [a] })).rejects.toMatchObject(away)
  await database.close()
})

test('a node that was stopped while it held a poll releases it, and its vote is done again when it goes on', async () => {
  const { url, database, store, pollId, vote } = await setUp()
  let goOn = () => {}
  const stopped = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let attempts = 0
  const slow = database.transactions.run(async ({ query }) => {
    attempts += 1
    await query('SELECT 1 FROM poll WHERE id = $1 FOR UPDATE', [pollId])
    if (attempts === 1) await stopped
    await query('UPDATE poll SET question = $1 WHERE id = $2', [`attempt ${attempts}`, pollId])
  })
  const otherNode = await openPostgres(url)
  onTestFinished(() => otherNode.close())
  const other = new SqlPollWriter(otherNode)
  expect((await other.record({ pollId, ballotId: 'x', answer: [] }).catch((error) => error)).code).toBe('no-choice')
  goOn()
  await slow
  expect((await store.find(pollId)).question).toBe('attempt 2')
  expect((await vote('y')).changed).toBe(true)
})

test('a node starts on a schema that is up to date though another one is stopped while it migrates', async () => {
  const { url } = await setUp()
  const client = await stranger(url)
  await client.query('SELECT pg_advisory_lock($1)', [0x706f6c6c])
  const database = await openPostgres(url)
  await database.close()
})

test('a node that starts while the database is away waits for it, and says so once', async () => {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  const { proxy, url: through } = await TcpProxy.before(url, 5432)
  proxy.refuse()
  const said: string[] = []
  let notified = () => {}
  const saying = new Promise<void>((resolve) => {
    notified = resolve
  })
  const info = (text: string) => {
    said.push(text)
    notified()
  }
  const opening = openPostgres(through, { ...silent, info })
  await saying
  proxy.refuse(false)
  const database = await opening
  expect(said).toEqual([`Waiting for the database at 127.0.0.1:${new URL(through).port} …`])
  await database.close()
})

test.each([
  [
    'database',
    (url: URL) => Object.assign(url, { pathname: 'no_such_database' }),
    /database "no_such_database" does not/,
  ],
  ['user', (url: URL) => Object.assign(url, { username: 'nobody_here' }), /"nobody_here"/],
])('a %s that is not there is said at once, and the password is not', async (_, change, reason) => {
  const url = new URL((await postgresServer()).url)
  if (!url.password) url.password = 'pa%24%24word'
  const opening = openPostgres(change(url).href)
  await expect(opening).rejects.toThrow(DatabaseRefused)
  await expect(opening).rejects.toThrow(reason)
  await expect(opening).rejects.not.toThrow(/pa\$\$word|pa%24/)
})
