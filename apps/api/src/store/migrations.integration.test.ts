import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { makePoll, postgres, sqlite } from '../../testing/engines.ts'
import { type Database, DatabaseRefused } from './database.ts'
import { PollSequence1764086400000 } from './migrations/1764086400000-poll-sequence.ts'
import { Kinds1764115300000 } from './migrations/1764115300000-kinds.ts'
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
      // TypeORM reads an index's columns in no order.
      indices: table?.indices.map(({ name, columnNames, isUnique }) => ({
        name,
        columns: columnNames.sort(),
        isUnique,
      })),
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
    ['counter', 1],
    ['idempotency_key', 0],
    ['poll', 2],
    ['setting', 0],
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
    const { pollId, choiceIds } = await makePoll(store, 2)
    const texts = ['"double"', "it's", '\\u00e9 é 🗳']
    await database.writer.query('UPDATE poll SET content = $1 WHERE id = $2', [
      JSON.stringify({ choices: choiceIds.map((id, n) => ({ id, text: texts[n] })), maxChoices: 2 }),
      pollId,
    ])
    await store.record({ pollId, voterId: 'me', answer: choiceIds.slice(0, 2), idempotencyScopes: ['known'] })
    await store.record({ pollId, voterId: 'you', answer: choiceIds.slice(1, 2) })
    const before = await Promise.all([store.find(pollId), store.find('tabspace'), store.answer(pollId, 'me')])
    const runner = database.writer.createQueryRunner()
    await new Kinds1764115300000().down(runner)
    await runner.release()
    await database.writer.query('DELETE FROM migrations WHERE name = $1', [Kinds1764115300000.name])
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

    const upgraded = await own.open()
    const after = [upgraded.store.find(pollId), upgraded.store.find('tabspace'), upgraded.store.answer(pollId, 'me')]
    expect(await Promise.all(after)).toEqual(before)
    const again = { pollId, voterId: 'me', answer: choiceIds.slice(0, 2), idempotencyScopes: ['known'] }
    expect(await upgraded.store.record(again)).toMatchObject({ changed: false, firstVoterId: 'me' })
    expect(await upgraded.store.record({ pollId, voterId: 'new', answer: choiceIds.slice(2) })).toMatchObject({
      poll: { voters: 3, revision: 3, counters: { [choiceIds[2] ?? 0]: 1 } },
    })
    await upgraded.database.close()
  })

  test('polls that an older version made are listed in the order of their times', async () => {
    const own = await engine.create()
    onTestFinished(() => own.remove())
    const { database, store } = await own.open()
    const ids: string[] = []
    for (let n = 0; n < 3; n += 1) ids.push((await makePoll(store)).pollId)
    const runner = database.writer.createQueryRunner()
    await new PollSequence1764086400000().down(runner)
    await runner.release()
    await database.writer.query('DELETE FROM migrations WHERE name = $1', [PollSequence1764086400000.name])
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
})
