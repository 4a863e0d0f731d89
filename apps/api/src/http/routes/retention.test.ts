import { pollSchema } from '@pollcast/shared/poll'
import { roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { readAs, readProblem } from '../../../testing/answer.ts'
import { openApp } from '../../../testing/app.ts'
import { query } from '../../../testing/database.ts'
import { Host } from '../../../testing/host.ts'
import { until } from '../../../testing/until.ts'
import { Voter } from '../../../testing/voter.ts'

const DAY = 24 * 60 * 60 * 1000

/** A server that is started when a room has been idle for so many days. */
async function idleFor(days: number, retentionDays: number) {
  const first = await openApp()
  const { host, poll } = await Host.ofPoll(first.url)
  await first.close()
  const { databasePath } = first
  await query(databasePath, 'UPDATE room SET active_at = ?', [new Date(Date.now() - days * DAY).toISOString()])
  const app = await openApp({ databasePath, retentionDays })
  const readPoll = async () => readAs(pollSchema, 200, await fetch(app.url + routes.poll(poll.id)))
  const readRoom = async () => readAs(roomSchema, 200, await fetch(app.url + routes.room(host.code)))
  return { ...app, host: new Host(app.url, host.code, host.key), poll, readPoll, readRoom }
}

test('poll and room tell when they are deleted, and a vote takes that back', async () => {
  const { url, poll, readPoll, readRoom } = await idleFor(31, 30)
  await until(async () => (await readPoll()).deletesAt !== undefined)
  const { deletesAt = '', room } = { ...(await readPoll()), room: await readRoom() }
  expect(Date.parse(deletesAt)).toBeGreaterThan(Date.now())
  expect(Date.parse(deletesAt)).toBeLessThanOrEqual(Date.now() + DAY)
  expect([room.deletesAt, room.poll?.deletesAt]).toEqual([deletesAt, deletesAt])
  const marked = await fetch(url + routes.poll(poll.id))
  await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)
  await until(async () => (await readPoll()).deletesAt === undefined)
  expect((await readRoom()).deletesAt).toBeUndefined()
  const headers = { 'If-None-Match': marked.headers.get('ETag') ?? '' }
  expect((await fetch(url + routes.poll(poll.id), { headers })).status).toBe(200)
})

test('without RETENTION_DAYS, and before they are over, nothing is told', async () => {
  for (const retentionDays of [0, 30]) {
    const { close, databasePath } = await idleFor(29, retentionDays)
    // That one which was marked before is kept shows that all was looked through.
    await close()
    await query(databasePath, 'UPDATE room SET deletes_at = ?', ['2026-01-01T00:00:00.000Z'])
    const again = await openApp({ databasePath, retentionDays })
    const marked = () => query(databasePath, 'SELECT code FROM room WHERE deletes_at IS NOT NULL')
    await until(async () => (await marked()).length === 0)
    expect(again.errors).toEqual([])
  }
})

test('what was due is deleted at the start, and its addresses say so', async () => {
  const { host, poll, close, databasePath, readPoll } = await idleFor(31, 30)
  await until(async () => (await readPoll()).deletesAt !== undefined)
  await close()
  await query(databasePath, 'UPDATE room SET deletes_at = ?', [new Date(Date.now() - 1000).toISOString()])
  const again = await openApp({ databasePath, retentionDays: 30 })
  await until(async () => (await fetch(again.url + routes.poll(poll.id))).status === 410)
  await readProblem('room-deleted', await fetch(again.url + routes.room(host.code)))
  expect(again.errors).toEqual([])
})
