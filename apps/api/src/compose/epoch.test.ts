import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp, type RunningApp } from '../../testing/app.ts'
import { withTicks } from '../../testing/clock.ts'
import { query } from '../../testing/database.ts'
import { get, RawConnection } from '../../testing/raw-connection.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { until } from '../../testing/until.ts'
import { createPoll, Voter } from '../../testing/voter.ts'

const vote = async ({ url }: RunningApp, pollId: string, choiceId: number, times: number) => {
  for (let voter = 0; voter < times; voter += 1) await new Voter(url).vote(pollId, choiceId)
}

/** A stream, which its client opens with the id of the last event that it has seen. */
const openStream = async ({ port }: RunningApp, pollId: string, lastEventId = '') => {
  const stream = await RawConnection.open(port)
  stream.send(get(routes.stream(pollId), lastEventId && `Last-Event-ID: ${lastEventId}\r\n`))
  await stream.until(/\n\n$/)
  return stream
}

/** The epoch and revision of each event, in the order in which they came. */
const eventsOf = ({ text }: RawConnection) =>
  [...text.matchAll(/^event: (\w+)\nid: ([\w-]+)\.\w+\.\w+\.(\d+)\./gm)].map(([, event, epoch, revision]) => {
    return { event, epoch, revision: Number(revision) }
  })

const lastIdOf = ({ text }: RawConnection) => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? ''

/** A file with a poll of two votes; then three more votes; and the file of before put back by hand while nothing runs. */
const setUp = async (votes = 3) => {
  const folder = tempFolder()
  const databasePath = join(folder, 'polls.sqlite')
  const first = await openApp({ databasePath })
  const { poll } = await createPoll(first.url)
  const choiceId = poll.choices[0]?.id ?? 0
  await vote(first, poll.id, choiceId, 2)
  const backup = join(folder, 'backup.sqlite')
  await query(databasePath, `VACUUM INTO '${backup}'`)
  await vote(first, poll.id, choiceId, votes)
  const lastId = lastIdOf(await openStream(first, poll.id))
  const [{ epoch } = { epoch: '' }] = eventsOf(await openStream(first, poll.id))
  await first.close()
  const restore = () => {
    copyFileSync(backup, databasePath)
    for (const ending of ['-wal', '-shm']) rmSync(databasePath + ending, { force: true })
  }
  return { databasePath, poll, choiceId, lastId, epoch, restore }
}

const epochIn = async (databasePath: string) => {
  const [row] = await query<{ value: string }>(databasePath, "SELECT value FROM setting WHERE name = 'epoch'")
  return row?.value
}

test('a file put back by hand: the first client that has seen more begins an epoch, and all streams get what is there', async () => {
  const { databasePath, poll, choiceId, lastId, epoch, restore } = await setUp()
  restore()
  const app = await openApp({ databasePath })
  const early = await openStream(app, poll.id)
  expect(eventsOf(early)).toEqual([{ event: 'snapshot', epoch, revision: 2 }])

  const back = await openStream(app, poll.id, lastId)
  await until(async () => (await epochIn(databasePath)) !== epoch)
  const renewed = await epochIn(databasePath)
  for (const stream of [early, back]) {
    await until(() => eventsOf(stream).length === 2)
    expect(eventsOf(stream)[1]).toEqual({ event: 'snapshot', epoch: renewed, revision: 2 })
  }
  // A page that has come back is in the epoch that is on, where nothing is a sign any more.
  await vote(app, poll.id, choiceId, 1)
  await until(() => eventsOf(back).length === 3)
  expect(eventsOf(back)[2]).toEqual({ event: 'update', epoch: renewed, revision: 3 })
  for (const id of [lastId, lastIdOf(back)]) {
    const again = await openStream(app, poll.id, id)
    expect(eventsOf(again)).toEqual([{ event: id === lastId ? 'snapshot' : 'current', epoch: renewed, revision: 3 }])
  }
  expect(await epochIn(databasePath)).toBe(renewed)
  expect(app.infos.filter((line) => line.includes('older state'))).toHaveLength(1)
  expect(app.errors).toEqual([])
})

test('a forged id, and one of another installation, are no sign', async () => {
  const { databasePath, poll, lastId, epoch, restore } = await setUp()
  restore()
  const app = await openApp({ databasePath })
  const forged = lastId.replace(/\.(\d+)\.([\w-]+)$/, '.999.$2')
  for (const id of [forged, lastId.replace(/.$/, '~'), `other.${lastId.split('.').slice(1).join('.')}`, '999']) {
    expect(eventsOf(await openStream(app, poll.id, id))).toEqual([{ event: 'snapshot', epoch, revision: 2 }])
  }
  await vote(app, poll.id, poll.choices[0]?.id ?? 0, 1)
  expect(await epochIn(databasePath)).toBe(epoch)
})

test('a server that is started again on the same file goes on in the same epoch', async () => {
  const { databasePath, poll, lastId, epoch } = await setUp()
  const app = await openApp({ databasePath })
  expect(eventsOf(await openStream(app, poll.id, lastId))).toEqual([{ event: 'current', epoch, revision: 5 }])
})

test('an epoch that was renewed in the database, as by a restore, is followed by the processes that run', async () => {
  const { databasePath, poll } = await setUp()
  const { opened: app, tick } = await withTicks(() => openApp({ databasePath }))
  const stream = await openStream(app, poll.id)
  await query(databasePath, "UPDATE setting SET value = 'renewed1' WHERE name = 'epoch'")
  tick()
  await until(() => eventsOf(stream).length === 2)
  expect(eventsOf(stream)[1]).toEqual({ event: 'snapshot', epoch: 'renewed1', revision: 5 })
})

test('in another epoch what a client has is not current, though revision and content are the same', async () => {
  const { databasePath, poll } = await setUp()
  const { opened: app, tick } = await withTicks(() => openApp({ databasePath }))
  const room = poll.roomCode
  const paths = [routes.poll(poll.id), routes.room(room)]
  const read = (path: string, etag = '') =>
    fetch(app.url + path, { headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' } })
  const etags = await Promise.all(paths.map(async (path) => (await read(path)).headers.get('ETag') ?? ''))
  const statuses = () => Promise.all(paths.map(async (path, index) => (await read(path, etags[index])).status))
  expect(await statuses()).toEqual([304, 304])
  await query(databasePath, "UPDATE setting SET value = 'renewed1' WHERE name = 'epoch'")
  tick()
  await until(async () => (await statuses()).every((status) => status === 200))
})
