import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { exportDatabase } from '../src/commands/export.ts'
import { importDatabase } from '../src/commands/import.ts'
import { type Config, readConfig } from '../src/config/config.ts'
import { silent } from '../src/lib/log.ts'
import { writeExport } from '../src/store/export-database.ts'
import { withDatabase } from '../src/store/plain-database.ts'
import { openPostgres } from '../src/store/postgres-database.ts'
import { copySqlite } from '../src/store/sqlite-backup.ts'
import { openSqlite } from '../src/store/sqlite-database.ts'
import { query } from '../testing/database.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { connect } from '../testing/sqlite-connection.ts'
import { tempFolder } from '../testing/temp-folder.ts'

afterAll(async () => (await postgresServer()).stop())

/** Texts that a format of lines could break at, or take for something else. */
const ODD_TEXTS = [
  'two\nlines and\r\nmore\u2028even\u2029these\u0085',
  '"quotes", \'single\', \\backslash\\n and {"json":[1]}',
  "'; DROP TABLE poll; -- $1 ?",
  '🎉 👩‍👩‍👧‍👦 é é שלום \u202Eabc Ω',
  '[]',
  '',
  ' ',
  'null',
  'x'.repeat(100_000),
]

const configOf = (database: Config['database']): Config => ({ ...readConfig({}), database })

const openers = {
  sqlite: async () => {
    const path = join(tempFolder(), 'polls.sqlite')
    return { config: configOf({ path }), open: () => openSqlite(path), ask: (sql: string) => query(path, sql) }
  },
  postgres: async () => {
    const { url, drop } = await createDatabase()
    onTestFinished(drop)
    return { config: configOf({ url }), open: () => openPostgres(url), ask: (sql: string) => ask(url, sql) }
  },
}

type Place = Awaited<ReturnType<(typeof openers)['sqlite']>> | Awaited<ReturnType<(typeof openers)['postgres']>>

/** Fills a new database with odd polls, and more ballots than are read or written at a time. */
const fill = async ({ open }: Place) => {
  const database = await open()
  const { writer } = database
  for (const [index, text] of ODD_TEXTS.entries()) {
    const [choice] = await writer.query('SELECT * FROM poll LIMIT 1')
    const poll = {
      ...choice,
      id: `odd${index}`,
      question: text,
      sequence: 10 + index,
      content: JSON.stringify({ text }),
    }
    const columns = Object.keys(poll)
    const values = columns.map((_, at) => `$${at + 1}`).join(', ')
    await writer.query(`INSERT INTO poll (${columns.join(', ')}) VALUES (${values})`, Object.values(poll))
  }
  const ballots = Array.from({ length: 2500 }, (_, index) => `('odd0', 1, 'ballot${index}', '[${index % 3}]')`)
  await writer.query(`INSERT INTO ballot (poll_id, round, id, answer) VALUES ${ballots.join(', ')}`)
  await database.close()
}

/** All that is stored but the epoch, in the order of neither engine. */
const contentsOf = async ({ open, ask }: Place) => {
  const database = await open()
  const names = database.reader.entityMetadatas.map(({ tableName }) => tableName)
  await database.close()
  const tables = await Promise.all(
    names.map(async (name) => {
      const rows = (await ask(`SELECT * FROM ${name}`)) as Record<string, unknown>[]
      const kept = rows.filter((row) => row.name !== 'epoch')
      return [name, kept.map((row) => JSON.stringify(Object.entries(row).sort())).sort()]
    }),
  )
  return Object.fromEntries(tables)
}

const epochOf = async ({ ask }: Place) => {
  const [row] = (await ask("SELECT value FROM setting WHERE name = 'epoch'")) as { value: string }[]
  return row?.value
}

test.each([
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['sqlite', 'sqlite'],
] as const)('everything goes from %s to %s, odd texts too, and begins a new epoch there', async (from, to) => {
  const [one, other] = [await openers[from](), await openers[to]()]
  await fill(one)
  const file = join(tempFolder(), 'export.jsonl')
  const said = await exportDatabase(one.config, file, false)
  expect(await importDatabase(other.config, file, silent)).toContain(`${/^\d+/.exec(said)?.[0]} rows are imported`)
  const [before, after] = [await contentsOf(one), await contentsOf(other)]
  expect(after).toEqual(before)
  expect(after.poll).toHaveLength(ODD_TEXTS.length + 2)
  expect(after.ballot).toHaveLength(2500)
  expect(await epochOf(other)).not.toBe(await epochOf(one))
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

const exported = async () => {
  const one = await openers.sqlite()
  await (await one.open()).close()
  const file = join(tempFolder(), 'export.jsonl')
  await exportDatabase(one.config, file, false)
  const change = (edit: (lines: string[]) => string[]) => {
    writeFileSync(file, edit(readFileSync(file, 'utf8').split('\n')).join('\n'))
  }
  return { one, file, change }
}

const headerWith = (change: object) => (lines: string[]) => {
  const [header = '', ...rest] = lines
  return [JSON.stringify({ ...JSON.parse(header), ...change }), ...rest]
}

const changes: [string, (lines: string[]) => string[], RegExp][] = [
  ['cut off', (lines) => lines.slice(0, 6), /is cut off: its last line is missing/],
  ['changed', (lines) => lines.map((line) => line.replace('Tabs or spaces', 'Tabs or tabs')), /was changed after/],
  ['short of a row', (lines) => lines.filter((_, index) => index !== 4), /was changed after/],
  ['of another program', () => ['{"name":"pollcast"}', ''], /is not an export of Pollcast/],
  ['no JSON', () => ['Dear Pollcast,', 'please import', ''], /is not an export of Pollcast/],
  ['empty', () => [], /is empty/],
  ['of a later format', headerWith({ version: 2 }), /newer than this one/],
  ['of a newer Pollcast', headerWith({ migrations: ['Rooms9763856000000'] }), /newer than this one/],
  ['of an older Pollcast', headerWith({ migrations: [] }), /whose tables are older/],
]

test.each(changes)('an export that is %s is refused, and no database is made', async (_, edit, sentence) => {
  const { file, change } = await exported()
  change(edit)
  const folder = tempFolder()
  const config = configOf({ path: join(folder, 'polls.sqlite') })
  await expect(importDatabase(config, file, silent)).rejects.toThrow(sentence)
  expect(await readdir(folder)).toEqual([])
})

test('what is no file is not read, to its end or at all', async () => {
  const folder = tempFolder()
  const config = configOf({ path: join(folder, 'polls.sqlite') })
  await expect(importDatabase(config, folder, silent)).rejects.toThrow(/is a folder/)
  await expect(importDatabase(config, '/dev/zero', silent)).rejects.toThrow(/is not a regular file/)
  expect(await readdir(folder)).toEqual([])
})

test.runIf(existsSync('/dev/full'))('where the disk is full, what is named is what was being written', async () => {
  const { one } = await exported()
  const { path } = one.config.database as { path: string }
  expect(path).toEqual(expect.any(String))
  const write = withDatabase({ path }, (source, name) => writeExport(source, name, '/dev/full'))
  // To the file's name this is added where it was made.
  await expect(write).rejects.toThrow(/^ENOSPC/)
  await expect(copySqlite(path, '/dev/full', 'backup.sqlite')).rejects.toThrow(
    /^backup\.sqlite can't be written: there is no room left on its disk/,
  )
})

test('a database in which anything is stays as it is, of either engine', async () => {
  const { file } = await exported()
  for (const make of [openers.sqlite, openers.postgres]) {
    const full = await make()
    await fill(full)
    const before = await contentsOf(full)
    await expect(importDatabase(full.config, file, silent)).rejects.toThrow(/already|not empty/)
    expect(await contentsOf(full)).toEqual(before)
  }
})

test('an import that fails half way leaves a database that is as empty as before', async () => {
  const { one, file } = await exported()
  // PostgreSQL has no text with a zero in it, and SQLite checks nothing of the kind.
  if ('path' in one.config.database) {
    await connect(one.config.database.path)("UPDATE poll SET question = 'a' || char(0) || 'b' WHERE id = 'tabspace'")
  }
  await exportDatabase(one.config, file, true)
  const other = await openers.postgres()
  await expect(importDatabase(other.config, file, silent)).rejects.toThrow()
  expect(await other.ask('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')).toEqual([])
})
