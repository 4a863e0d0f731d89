import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../../testing/app.ts'
import { ask, createDatabase, postgresServer } from '../../testing/postgres.ts'
import { get, RawConnection } from '../../testing/raw-connection.ts'
import { until } from '../../testing/until.ts'
import { createPoll, Voter } from '../../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

const eventsOf = ({ text }: RawConnection) =>
  [...text.matchAll(/^event: \w+\nid: ([\w-]+)\.\w+\.\w+\.(\d+)\./gm)].map(([, epoch, revision]) => {
    return { epoch, revision: Number(revision) }
  })

test('PostgreSQL rows put back under two running nodes: both begin the same epoch, and their streams show what is there', async () => {
  const { url, drop } = await createDatabase()
  onTestFinished(drop)
  const nodes = [await openApp({ database: { url } }), await openApp({ database: { url } })] as const
  const { poll } = await createPoll(nodes[0].url)
  const choiceId = poll.choices[0]?.id ?? 0
  const vote = (times: number) =>
    Promise.all(Array.from({ length: times }, () => new Voter(nodes[0].url).vote(poll.id, choiceId)))
  await vote(2)
  // A backup within the database.
  const tables = ['poll', 'counter', 'ballot', 'room']
  for (const table of tables) await ask(url, `CREATE TABLE backup_${table} AS SELECT * FROM ${table}`)
  await vote(3)
  const streams = await Promise.all(
    nodes.map(async ({ port }) => (await RawConnection.open(port)).send(get(routes.stream(poll.id)))),
  )
  for (const stream of streams) await until(() => eventsOf(stream).at(-1)?.revision === 5)
  const [{ epoch } = { epoch: '' }] = eventsOf(streams[0] as RawConnection)

  const columns = (rows: { name: string }[]) => rows.map(({ name }) => `${name} = backup.${name}`).join(', ')
  for (const [table, key] of [
    ['poll', 'id'],
    ['room', 'code'],
  ] as const) {
    const names = await ask<{ name: string }>(
      url,
      `SELECT quote_ident(column_name) AS name FROM information_schema.columns WHERE table_name = '${table}'`,
    )
    await ask(
      url,
      `UPDATE ${table} SET ${columns(names)} FROM backup_${table} AS backup WHERE ${table}.${key} = backup.${key}`,
    )
  }
  await ask(url, 'DELETE FROM ballot')
  await ask(url, 'INSERT INTO ballot SELECT * FROM backup_ballot')
  await ask(url, 'DELETE FROM counter')
  await ask(url, 'INSERT INTO counter SELECT * FROM backup_counter')

  // No client has to come: each topic is read again now and then.
  for (const stream of streams) await until(() => eventsOf(stream).at(-1)?.revision === 2)
  const [renewed] = await ask<{ value: string }>(url, "SELECT value FROM setting WHERE name = 'epoch'")
  expect(renewed?.value).not.toBe(epoch)
  await until(() => streams.every((stream) => eventsOf(stream).at(-1)?.epoch === renewed?.value))
  await vote(1)
  for (const stream of streams) {
    await until(() => eventsOf(stream).at(-1)?.revision === 3)
    expect(eventsOf(stream).at(-1)).toEqual({ epoch: renewed?.value, revision: 3 })
  }
})
