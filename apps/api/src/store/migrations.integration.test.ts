import type { MigrationInterface } from 'typeorm'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { makePoll, postgres, sqlite, type TestStore } from '../../testing/engines.ts'
import { ballotIdOf } from '../polls/ballot-id.ts'
import { hashHostKey } from '../polls/host-key.ts'
import type { PollStore } from '../polls/ports.ts'
import { type Database, DatabaseRefused, type WritableDatabase } from './database.ts'
import { PollSequence1764086400000 } from './migrations/1764086400000-poll-sequence.ts'
import { Kinds1764115300000 } from './migrations/1764115300000-kinds.ts'
import { Rooms1764115500000 } from './migrations/1764115500000-rooms.ts'
import { Retention1764115600000 } from './migrations/1764115600000-retention.ts'
import { Bursts1764115700000 } from './migrations/1764115700000-bursts.ts'
import { VoteModeOfRounds1764115900000 } from './migrations/1764115900000-vote-mode-of-rounds.ts'
import { migrations } from './schema.ts'

afterAll(() => postgres.stop())

const openOne = async (engine: typeof sqlite) => {
  const own = await engine.create()
  const { database } = await own.open()
  onTestFinished(async () => {
    await database.close()
    await own.remove()
  })
  return database
}

/** Takes the database back to before these migrations, newest first. */
const undo = async ({ writer }: WritableDatabase, ...undone: (new () => MigrationInterface)[]) => {
  const runner = writer.createQueryRunner()
  for (const Migration of undone) {
    await new Migration().down(runner)
    await runner.query('DELETE FROM migrations WHERE name = $1', [Migration.name])
  }
  await runner.release()
}

/** A database as the version before rooms left it, and what it takes to write into it as that one did. */
const beforeRooms = async (engine: typeof sqlite) => {
  const own = await engine.create()
  onTestFinished(() => own.remove())
  const { database } = await own.open()
  await undo(database, VoteModeOfRounds1764115900000, Bursts1764115700000, Retention1764115600000, Rooms1764115500000)
  const { writer } = database
  const isSqlite = engine === sqlite
  const insert = async (table: string, columns: Record<string, string>, rows: unknown[][]) => {
    const values = Object.values(columns).map((type, n) => `CAST(e.value ->> ${n} AS ${type})`)
    const from = isSqlite ? 'json_each($1) AS e' : 'json_array_elements($1::json) AS e (value)'
    const names = Object.keys(columns).join(', ')
    await writer.query(`INSERT INTO ${table} (${names}) SELECT ${values.join(', ')} FROM ${from}`, [
      JSON.stringify(rows),
    ])
  }
  const polls = (rows: unknown[][]) => insert('poll', POLL_COLUMNS, rows)
  const counters = (rows: unknown[][]) => insert('counter', COUNTER_COLUMNS, rows)
  const ballots = (rows: unknown[][]) => insert('ballot', BALLOT_COLUMNS, rows)
  return { own, database, polls, counters, ballots }
}

const POLL_COLUMNS = {
  id: 'varchar',
  question: 'varchar',
  content: 'varchar',
  status: 'varchar',
  round: 'integer',
  revision: 'integer',
  voters: 'integer',
  host_key_hash: 'varchar',
  created_at: 'varchar',
  deleted_at: 'varchar',
  sequence: 'integer',
}
const COUNTER_COLUMNS = { poll_id: 'varchar', round: 'integer', key: 'varchar', value: 'integer' }
const BALLOT_COLUMNS = { poll_id: 'varchar', round: 'integer', voter_id: 'varchar', answer: 'varchar' }

const upgrade = async (own: TestStore) => {
  const upgraded = await own.open()
  onTestFinished(() => upgraded.database.close())
  const key = upgraded.database.voterKey
  return { ...upgraded, ballotOf: (pollId: string, voterId: string) => ballotIdOf(key, pollId, { voterId }) }
}

/** Tables as TypeORM reads them from the database, in the words of neither engine. */
const schemaOf = async ({ reader }: Database) => {
  const runner = reader.createQueryRunner()
  const names = reader.entityMetadatas.map((entity) => entity.tableName).sort()
  const tables = await runner.getTables(names)
  await runner.release()
  const isSqlite = reader.options.type === 'sqlite'
  // What TypeORM can't read from a statement that it has not written.
  const made: { name: string; sql: string }[] = isSqlite
    ? await reader.query('SELECT name, sql FROM sqlite_master')
    : []
  return names.map((name) => {
    const table = tables.find((one) => one.name.split('.').at(-1) === name)
    const sql = made.find((one) => one.name === name)?.sql ?? ''
    const columns = table?.columns.map(({ name, type, isNullable, isPrimary, isGenerated }) => ({
      name,
      type: type === 'character varying' ? 'varchar' : type,
      isNullable,
      isPrimary,
      isGenerated: isGenerated || sql.includes(`${name} integer PRIMARY KEY AUTOINCREMENT`),
    }))
    const foreignKeys = table?.foreignKeys.map((key) => ({
      columns: key.columnNames,
      table: key.referencedTableName.split('.').at(-1),
      referenced: key.referencedColumnNames,
      onDelete: key.onDelete,
    }))
    const checks = isSqlite
      ? [...sql.matchAll(/CHECK \((.*)\)/g)].map(([, expression]) => expression)
      : table?.checks.map(({ expression }) => expression)
    return {
      name,
      columns: columns?.sort((a, b) => a.name.localeCompare(b.name)),
      foreignKeys,
      uniques: table?.uniques.map(({ columnNames }) => columnNames),
      // TypeORM reads indices, and an index's columns, in no order.
      indices: table?.indices
        .map(({ name, columnNames, isUnique }) => ({ name, columns: columnNames.sort(), isUnique }))
        .sort((a, b) => String(a.name).localeCompare(String(b.name))),
      checks: checks?.map((expression) => plain(expression ?? '')).sort(),
    }
  })
}

/** PostgreSQL tells a check as it understood it: `IN` as `= ANY (ARRAY […])`, with casts and brackets. */
const plain = (expression: string) => {
  return expression
    .replaceAll(/::[a-z ]+(\[\])?/g, '')
    .replace(/= ANY \(\(?ARRAY\[(.*)\]\)?\)/, 'IN ($1)')
    .replaceAll(/^\(+(?=\w)|(?<=\d|'\))\)+$/g, '')
    .replaceAll(/[()\s"]/g, '')
}

test('the migrations end in the same schema on both engines', async () => {
  const [one, other] = [await schemaOf(await openOne(sqlite)), await schemaOf(await openOne(postgres))]
  expect(one.map(({ name, checks }) => [name, checks?.length])).toEqual([
    ['ballot', 0],
    ['burst', 0],
    ['counter', 1],
    ['host_log', 0],
    ['idempotency_key', 0],
    ['one_time_code', 0],
    ['past_round', 0],
    ['poll', 2],
    ['room', 0],
    ['setting', 0],
    ['webhook_event', 0],
  ])
  expect(other).toEqual(one)
})

describe.each([sqlite, postgres])('on $name', (engine) => {
  test('the schema that the migrations make is the one the entities describe', async () => {
    const database = await openOne(engine)
    const made = await schemaOf(database)
    const described = database.reader.entityMetadatas.map((entity) => ({
      name: entity.tableName,
      columns: entity.columns
        .map((column) => ({
          name: column.databaseName,
          type: String(column.type),
          isNullable: column.isNullable,
          isPrimary: column.isPrimary,
          isGenerated: column.isGenerated,
        }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    }))
    described.sort((a, b) => a.name.localeCompare(b.name))
    expect(made.map(({ name, columns }) => ({ name, columns }))).toEqual(described)
  })

  test('of several nodes that start on a new database at once one migrates, and all have the same key and id', async () => {
    const own = await engine.create()
    // An SQLite file takes one at a time: the others' attempts fail, and leave nothing behind.
    const started = await Promise.allSettled(Array.from({ length: 4 }, () => own.open()))
    const nodes = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
    expect(nodes).toHaveLength(engine === sqlite ? 1 : 4)
    onTestFinished(async () => {
      await Promise.all(nodes.map(({ database }) => database.close()))
      await own.remove()
    })
    expect(new Set(nodes.map(({ database }) => database.voterKey)).size).toBe(1)
    expect(new Set(nodes.map(({ database }) => database.installationId)).size).toBe(1)
    const [{ database, store }] = nodes as [(typeof nodes)[0]]
    const rows = await database.reader.query('SELECT name FROM migrations ORDER BY id')
    expect(rows).toEqual(migrations.map(({ name }) => ({ name })))
    expect((await store.list({ limit: 20 })).polls).toHaveLength(2)
  })
  test('a database that a newer version has upgraded is refused, and stays as it is', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database } = await own.open()
    const applied = 'SELECT name FROM migrations ORDER BY id'
    // It has not had all that this version knows, either.
    await database.writer.query('DELETE FROM migrations WHERE name = $1', [PollSequence1764086400000.name])
    await database.writer.query("INSERT INTO migrations (timestamp, name) VALUES (9763856000000, 'Rooms9763856000000')")
    await database.close()
    const before = await own.query(applied)

    const refused = await own.open().catch((error) => error)
    expect(refused).toBeInstanceOf(DatabaseRefused)
    expect(refused.message).toMatch(/^The database at .+ newer Pollcast: .+ Rooms9763856000000, .+ DATABASE_URL/)
    expect(await own.query(applied)).toEqual(before)
  })

  test('polls and ballots of the time when every poll had choices are the same polls after the upgrade', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database, store } = await own.open()
    const { pollId, choiceIds } = await makePoll(store, { maxChoices: 2 })
    const texts = ['"double"', "it's", '\\u00e9 é 🗳']
    await database.writer.query('UPDATE poll SET content = $1 WHERE id = $2', [
      JSON.stringify({ choices: choiceIds.map((id, n) => ({ id, text: texts[n] })), maxChoices: 2, minChoices: 1 }),
      pollId,
    ])
    await store.record({ pollId, ballotId: 'me', answer: choiceIds.slice(0, 2) })
    await store.record({ pollId, ballotId: 'you', answer: choiceIds.slice(1, 2) })
    const read = async (from: PollStore, ballotId: string) => {
      const polls = await Promise.all([from.find(pollId), from.find('tabspace')])
      // Each got a room of its own, with a new code.
      return [
        ...polls.map(({ room: { hostKeyHash }, ...poll }) => ({ ...poll, hostKeyHash })),
        await from.answer(await from.find(pollId), ballotId),
      ]
    }
    const before = await read(store, 'me')
    await undo(
      database,
      VoteModeOfRounds1764115900000,
      Bursts1764115700000,
      Retention1764115600000,
      Rooms1764115500000,
      Kinds1764115300000,
    )
    const choices = `SELECT id, position, text, votes FROM choice WHERE poll_id = '${pollId}' ORDER BY position`
    expect(await own.query(choices)).toEqual(
      choiceIds.map((id, position) => ({ id, position, text: texts[position], votes: [1, 2, 0][position] })),
    )
    expect(await own.query(`SELECT total_votes, max_choices FROM poll WHERE id = '${pollId}'`)).toEqual([
      { total_votes: 2, max_choices: 2 },
    ])
    const insert = `INSERT INTO choice (poll_id, position, text, votes) VALUES ('${pollId}', 9, 'new', 0)`
    await database.writer.query(insert)
    await database.writer.query("DELETE FROM choice WHERE text = 'new'")
    await database.close()

    const { store: upgraded, ballotOf } = await upgrade(own)
    expect(await read(upgraded, ballotOf(pollId, 'me'))).toEqual(before)
    const again = { pollId, ballotId: ballotOf(pollId, 'me'), answer: choiceIds.slice(0, 2) }
    expect(await upgraded.record(again)).toMatchObject({ changed: false, poll: { voters: 2 } })
    expect(await upgraded.record({ pollId, ballotId: 'new', answer: choiceIds.slice(2) })).toMatchObject({
      poll: { voters: 3, revision: 3, counters: { [choiceIds[2] ?? 0]: 1 } },
    })
  })

  test('polls that an older version made are listed in the order of their times', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database, store } = await own.open()
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) ids.push((await makePoll(store)).pollId)
    await undo(database, PollSequence1764086400000)
    for (const [n, id] of ids.entries()) {
      await database.writer.query('UPDATE poll SET created_at = $1 WHERE id = $2', [`${2035 - n}-01-01T00:00:00Z`, id])
    }
    await database.close()

    const upgraded = await own.open()
    const { polls } = await upgraded.store.list({ limit: 3 })
    expect(polls.map((poll) => poll.id)).toEqual(ids)
    const newest = await makePoll(upgraded.store)
    expect((await upgraded.store.list({ limit: 1 })).polls[0]?.id).toBe(newest.pollId)
    await upgraded.database.close()
  })

  test('polls of the time before rooms get a room each: key, votes and the browser’s own ballot are as they were', async () => {
    const { own, database, polls, counters, ballots } = await beforeRooms(engine)
    const texts = ['"quoted" \\ \n', "it's", 'é 🗳 \u2028', '</script>', '\ud83d']
    const content = JSON.stringify({ choices: texts.map((text, n) => ({ id: 640 + n, text })), maxChoices: 2 })
    const made = '2025-01-01T00:00:00.000Z'
    const hash = hashHostKey('the key')
    await polls([
      ['opened22', texts[0], content, 'open', 2, 9, 2, hash, made, null, 10],
      ['closed22', 'Closed?', content, 'closed', 1, 3, 1, hash, made, null, 11],
      ['deleted2', '', '{}', 'closed', 1, 5, 0, hash, made, '2025-02-01T00:00:00.000Z', 12],
    ])
    await counters(texts.flatMap((_, n) => [1, 2].map((round) => ['opened22', round, `${640 + n}`, n < 2 ? 1 : 0])))
    await counters(texts.map((_, n) => ['closed22', 1, `${640 + n}`, n === 0 ? 1 : 0]))
    const me = 'a-browser_s-id-0123456'
    await ballots([
      ['opened22', 1, me, '[640]'],
      ['opened22', 2, me, '[640,641]'],
      ['opened22', 2, "o'ther", '[641]'],
      ['closed22', 1, me, '[640]'],
    ])
    await database.close()

    const { database: upgraded, store, ballotOf } = await upgrade(own)
    const opened = await store.find('opened22')
    expect(opened).toMatchObject({
      question: texts[0],
      content: { choices: texts.map((text, n) => ({ id: 640 + n, text })), maxChoices: 2, minChoices: 1 },
      status: 'open',
      round: 2,
      revision: 9,
      publicRevision: 9,
      votedRevision: 9,
      voters: 2,
      listed: true,
      isKnown: true,
      resultsVisibility: 'always',
      voteMode: 'browser',
      room: { hostKeyHash: hash, currentPollId: 'opened22', title: '', createdAt: made, deletedAt: null },
    })
    expect(opened.room.code).toMatch(/^\d{6}$/)
    // The cookie finds its ballot, and does not get a second one.
    const mine = ballotOf('opened22', me)
    expect(await store.answer(await store.find('opened22'), mine)).toEqual([640, 641])
    expect(await store.record({ pollId: 'opened22', ballotId: mine, answer: [640] })).toMatchObject({
      poll: { voters: 2, revision: 10 },
    })
    expect(await store.answer(await store.find('closed22'), ballotOf('closed22', me))).toEqual([640])
    const rows: { id: string }[] = await upgraded.reader.query('SELECT id FROM ballot')
    expect(rows.filter(({ id }) => !/^[\w-]{22}$/.test(id) || id === me)).toEqual([])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3)
    expect(await store.find('deleted2')).toMatchObject({ content: {}, room: { hostKeyHash: '', currentPollId: null } })
    const { polls: listed } = await store.list({ limit: 20 })
    expect(listed.map(({ id }) => id)).toEqual(['closed22', 'opened22', 'vvsemacs', 'tabspace'])
    for (const demo of ['tabspace', 'vvsemacs']) {
      expect((await store.find(demo)).room).toMatchObject({ hostKeyHash: '', currentPollId: demo })
    }
    const change = { status: 'closed' as const }
    expect(await store.change({ pollId: 'opened22', hostKeyHash: hash, change })).toMatchObject({ changed: true })
    const stranger = store.change({ pollId: 'tabspace', hostKeyHash: hash, change })
    await expect(stranger).rejects.toMatchObject({ code: 'invalid-host-key' })

    // What the older version needs is there again; whose the ballots are is told by nobody any more.
    await undo(upgraded, VoteModeOfRounds1764115900000, Bursts1764115700000, Retention1764115600000, Rooms1764115500000)
    expect(await own.query(`SELECT host_key_hash, voters FROM poll WHERE id = 'opened22'`)).toEqual([
      { host_key_hash: hash, voters: 2 },
    ])
    expect(
      await own.query(`SELECT answer FROM ballot WHERE poll_id = 'closed22' AND voter_id <> '${me}'`),
    ).toHaveLength(1)
  })

  test('ballots of the time before bursts came with none; back there, those that were voided are gone with what was counted', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database, store } = await own.open()
    const { pollId, choiceIds, room } = await makePoll(store)
    const cast = (to: PollStore, ballotId: string, index: number, burst?: number) =>
      to.record({ pollId, ballotId, answer: [choiceIds[index] ?? 0], burst })
    await undo(database, Bursts1764115700000)
    await database.writer.query(`INSERT INTO ballot (poll_id, round, id, answer) VALUES ($1, 1, 'old', $2)`, [
      pollId,
      JSON.stringify([choiceIds[0]]),
    ])
    await database.writer.query('UPDATE counter SET value = 1 WHERE poll_id = $1 AND key = $2', [pollId, choiceIds[0]])
    await database.writer.query('UPDATE poll SET voters = 1 WHERE id = $1', [pollId])
    await database.close()

    const { database: upgraded, store: newer } = await upgrade(own)
    await cast(newer, 'one', 1, 7)
    await cast(newer, 'two', 1, 7)
    await cast(newer, 'three', 1, 8)
    const request = { pollId, hostKeyHash: room.hostKeyHash }
    const { poll } = await newer.voidBurst({ ...request, number: 7, voided: true })
    expect(poll).toMatchObject({ voters: 2, counters: { [choiceIds[0] ?? 0]: 1, [choiceIds[1] ?? 0]: 1 } })
    expect(await own.query(`SELECT id, burst, voided FROM ballot WHERE poll_id = '${pollId}' ORDER BY id`)).toEqual([
      { id: 'old', burst: null, voided: 0 },
      { id: 'one', burst: 7, voided: 1 },
      { id: 'three', burst: 8, voided: 0 },
      { id: 'two', burst: 7, voided: 1 },
    ])
    await undo(upgraded, Bursts1764115700000)
    expect(await own.query(`SELECT id FROM ballot WHERE poll_id = '${pollId}' ORDER BY id`)).toEqual([
      { id: 'old' },
      { id: 'three' },
    ])
    expect(await own.query(`SELECT voters FROM poll WHERE id = '${pollId}'`)).toEqual([{ voters: 2 }])
  })

  test('past rounds of the time before they said how they were voted in are taken for voted in as their poll is now', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database, store } = await own.open()
    const polls = await Promise.all((['none', 'code'] as const).map((voteMode) => makePoll(store, { voteMode })))
    for (const { pollId, room } of polls) await store.startRound({ pollId, hostKeyHash: room.hostKeyHash })
    const modesIn = async (from: PollStore) =>
      Promise.all(polls.map(async ({ pollId }) => (await from.pastRounds(pollId)).map(({ voteMode }) => voteMode)))
    expect(await modesIn(store)).toEqual([['none'], ['code']])
    await undo(database, VoteModeOfRounds1764115900000)
    expect(await own.query('SELECT * FROM past_round')).not.toContainEqual(
      expect.objectContaining({ vote_mode: expect.anything() }),
    )
    await database.close()

    expect(await modesIn((await upgrade(own)).store)).toEqual([['none'], ['code']])
  })

  test('100,000 ballots and 5,000 polls are upgraded, each poll under a code of its own', async () => {
    const { own, database, polls, ballots } = await beforeRooms(engine)
    const content = JSON.stringify({ choices: [{ id: 1, text: 'a' }], maxChoices: 1 })
    const ids = Array.from({ length: 5000 }, (_, n) => `many${String(n).padStart(4, '0')}`)
    await polls(ids.map((id, n) => [id, 'Many?', content, 'open', 1, 0, 20, 'hash', '2025-01-01', null, n + 10]))
    for (let voter = 0; voter < 20; voter += 1) await ballots(ids.map((id) => [id, 1, `voter ${voter}`, '[1]']))
    await database.close()

    const { database: upgraded, store, ballotOf } = await upgrade(own)
    const [row] = await upgraded.reader.query(
      `SELECT count(*) AS rooms, count(DISTINCT p.id) AS polls, (SELECT count(*) FROM ballot) AS ballots
      FROM poll AS p JOIN room AS r ON r.code = p.room_code AND r.current_poll_id = p.id`,
    )
    expect({ rooms: Number(row.rooms), polls: Number(row.polls), ballots: Number(row.ballots) }).toEqual({
      rooms: 5002,
      polls: 5002,
      ballots: 100_000,
    })
    expect(await store.answer(await store.find('many4999'), ballotOf('many4999', 'voter 19'))).toEqual([1])
  })
})
