import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { query } from '../testing/database.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, Voter } from '../testing/voter.ts'

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
