import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openApp } from '../testing/app.ts'
import { query } from '../testing/database.ts'
import { ask, createDatabase, postgresServer } from '../testing/postgres.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { redisUrl } from '../testing/redis.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { TcpProxy } from '../testing/tcp-proxy.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, Voter } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

const EVENT = /^id: ([\w-]+)\.\w+\.\w+\.(\d+)\./gm

const lastOf = ({ text }: RawConnection) => [...text.matchAll(EVENT)].at(-1)?.slice(1)

test('a file put back by hand: all workers of a pool go over to the same new epoch', async () => {
  const folder = tempFolder()
  const databasePath = join(folder, 'polls.sqlite')
  const start = async () => {
    const server = new ServerProcess({ DATABASE_URL: `sqlite:${databasePath}`, WORKERS: '2' })
    const { url, port } = await server.address()
    const stream = async (headers = '') => {
      const connection = await RawConnection.open(port)
      await connection.send(get(routes.stream(poll.id), headers)).until(/\n\n$/)
      return connection
    }
    const { poll } = await createPoll(url)
    return { server, url, poll, stream }
  }
  const first = await start()
  const { poll } = first
  const vote = () => new Voter(first.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await vote()
  const backup = join(folder, 'backup.sqlite')
  await query(databasePath, `VACUUM INTO '${backup}'`)
  await vote()
  await vote()
  const [lastId = ''] = /(?<=^id: ).*/m.exec((await first.stream()).text) ?? []
  const [epoch] = lastOf(await first.stream()) ?? []
  first.server.signal('SIGTERM')
  await first.server.exited
  copyFileSync(backup, databasePath)
  for (const ending of ['-wal', '-shm']) rmSync(databasePath + ending, { force: true })

  const second = await start()
  const stream = async (headers = '') => {
    const connection = await RawConnection.open(Number(new URL(second.url).port))
    await connection.send(get(routes.stream(poll.id), headers)).until(/\n\n$/)
    return connection
  }
  const streams = await Promise.all(Array.from({ length: 6 }, () => stream()))
  for (const one of streams) expect(lastOf(one)).toEqual([epoch, '1'])
  await stream(`Last-Event-ID: ${lastId}\r\n`)
  await until(() => streams.every((one) => lastOf(one)?.[0] !== epoch))
  const [row] = await query<{ value: string }>(databasePath, "SELECT value FROM setting WHERE name = 'epoch'")
  for (const one of streams) expect(lastOf(one)).toEqual([row?.value, '1'])
})

test('a node that has not heard of what a client saw on another reads it, and no epoch begins; one does once the database was set back', async () => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const { proxy, url: redisOfLagging } = await TcpProxy.before(await redisUrl(), 6379)
  const open = (redis: string) => openApp({ database: { url: database.url }, redisUrl: redis })
  const [other, lagging] = [await open(await redisUrl()), await open(redisOfLagging)]
  const { poll } = await createPoll(other.url)
  const vote = () => new Voter(other.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  const stream = async (port: number, headers = '') => {
    const connection = await RawConnection.open(port)
    await connection.send(get(routes.stream(poll.id), headers)).until(/\n\n$/)
    return connection
  }
  const epochInDatabase = async () => {
    const [row] = await ask<{ value: string }>(database.url, "SELECT value FROM setting WHERE name = 'epoch'")
    return row?.value
  }

  await vote()
  const [epoch = ''] = lastOf(await stream(lagging.port)) ?? []
  proxy.stall()
  await vote()
  await vote()
  const [lastId = ''] = /(?<=^id: ).*/m.exec((await stream(other.port)).text) ?? []
  const moved = await stream(lagging.port, `Last-Event-ID: ${lastId}\r\n`)
  expect(moved.text).toContain(`event: current\nid: ${lastId}\n`)
  expect(await epochInDatabase()).toBe(epoch)

  await ask(database.url, 'UPDATE poll SET revision = 1, public_revision = 1, voted_revision = 1')
  await stream(lagging.port, `Last-Event-ID: ${lastId}\r\n`)
  await until(async () => (await epochInDatabase()) !== epoch)
  await until(() => lastOf(moved)?.[0] !== epoch)
  expect(lastOf(moved)?.[1]).toBe('1')
})
