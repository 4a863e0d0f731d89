import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../testing/app.ts'
import { ask, createDatabase, postgresServer } from '../../testing/postgres.ts'
import { type Answered, type Asked, askAgain } from '../../testing/released/asked.ts'
import { connect } from '../../testing/sqlite-connection.ts'
import { tempFolder } from '../../testing/temp-folder.ts'

afterAll(async () => (await postgresServer()).stop())

const RELEASED = join(import.meta.dirname, '../../testing/released')
const versions = readdirSync(RELEASED).filter((name) => /^\d/.test(name))
const read = (version: string, file: string) => readFileSync(join(RELEASED, version, file), 'utf8')

const places = {
  sqlite: async (sql: string) => {
    const path = join(tempFolder(), 'polls.sqlite')
    writeFileSync(path, '')
    await connect(path)(sql)
    return { path }
  },
  postgres: async (sql: string) => {
    const { url, drop } = await createDatabase()
    onTestFinished(drop)
    await ask(url, sql)
    return { url }
  },
}

const cases = versions.flatMap((version) =>
  (['sqlite', 'postgres'] as const).map((engine) => [version, engine] as const),
)

test.each(cases)('of a database of %s on %s, everybody is answered as they were', async (version, engine) => {
  const database = await places[engine](read(version, `${engine}.sql`))
  const { url } = await openApp({ database, publicUrl: 'https://polls.example' })
  const asked: (Asked & Answered)[] = JSON.parse(read(version, 'answers.json'))
  expect(asked.length).toBeGreaterThan(0)
  for (const { status, body, ...request } of asked) {
    // Later versions may answer with more.
    expect(await askAgain(url, request), JSON.stringify(request)).toMatchObject({ status, body })
  }
})
