import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../testing/app.ts'
import { createDatabase, postgresServer } from '../testing/postgres.ts'
import { get, post, RawConnection } from '../testing/raw-connection.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { connect } from '../testing/sqlite-connection.ts'
import { TcpProxy } from '../testing/tcp-proxy.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

/** What /readyz says on so many connections, each to any process. */
const readiness = async (url: string, times = 1) => {
  const answers = await Promise.all(
    Array.from({ length: times }, async () => {
      const answer = await fetch(url + routes.ready, { headers: { Connection: 'close' } })
      const { ok, reason } = (await answer.json()) as { ok: boolean; reason?: string }
      expect(answer.status).toBe(ok ? 200 : 503)
      return reason ?? 'ready'
    }),
  )
  return [...new Set(answers)].sort()
}

test('after a failed vote a node is not ready; it finds out by itself that the database is there again', async () => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const { proxy, url: through } = await TcpProxy.before(database.url, 5432)
  const { url } = await openApp({ database: { url: through } })
  const { poll } = await createPoll(url)
  expect(await readiness(url)).toEqual(['ready'])
  proxy.refuse()
  const body = json({ choiceIds: [poll.choices[0]?.id ?? 0] })
  expect((await new Voter(url).ask(routes.votes(poll.id), body)).status).toBe(503)
  expect(await readiness(url)).toEqual(['write-failed'])
  expect((await fetch(url + routes.health)).status).toBe(200)
  proxy.refuse(false)
  // Nobody votes.
  await until(async () => (await readiness(url))[0] === 'ready')
})

test.each(['1', '2'])(
  'a lock on the SQLite file makes every process (WORKERS=%s) not ready, until it is gone',
  async (WORKERS) => {
    const path = join(tempFolder(), 'polls.sqlite')
    const server = new ServerProcess({ DATABASE_URL: `sqlite:${path}`, WORKERS })
    const { url } = await server.address()
    const { poll } = await createPoll(url)
    expect(await readiness(url, 10)).toEqual(['ready'])
    const run = connect(path)
    await run('BEGIN IMMEDIATE')
    const body = json({ choiceIds: [poll.choices[0]?.id ?? 0] })
    expect((await new Voter(url).ask(routes.votes(poll.id), body)).status).toBe(503)
    await until(async () => (await readiness(url, 10)).join() === 'write-failed')
    await run('ROLLBACK')
    await until(async () => (await readiness(url, 10)).join() === 'ready')
  },
)

test('a server whose lock was removed is not ready', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const { url } = await ServerProcess.open(path)
  rmSync(`${path}-lock`)
  expect(await readiness(url)).toEqual(['database-moved'])
})

test('a server that is ending is not ready, where it still answers', async () => {
  const server = await ServerProcess.open(join(tempFolder(), 'polls.sqlite'))
  const { poll } = await createPoll(server.url)
  // A vote under way keeps it from ending.
  const vote = post(routes.votes(poll.id), { choiceIds: [poll.choices[0]?.id] })
  const underWay = (await RawConnection.open(server.port)).send(vote.slice(0, -3))
  const asking = (await RawConnection.open(server.port)).send(get(routes.ready).slice(0, -2))
  await until(async () => (await readiness(server.url))[0] === 'ready')
  server.signal('SIGTERM')
  await server.until(/closing/)
  asking.send('\r\n')
  expect(await asking.until(/\r\n\r\n.+/)).toMatch(/^HTTP\/1\.1 503 [\s\S]+"reason":"draining"/)
  underWay.send(vote.slice(-3))
  expect(await server.exited).toBe(0)
})
