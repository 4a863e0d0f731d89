import { until } from '@pollcast/api/testing/until'
import type { RoomEvent } from '@pollcast/shared/room'
import { expect, test, vi } from 'vitest'
import { type Answer, json } from '../../test/server.ts'
import {
  client,
  ended,
  endFrame,
  frame,
  idOf,
  isWaiting,
  listen,
  open,
  openResponse,
  pollAnswer,
  rooms,
  sendHead,
  server,
  serveStreams,
  snapshot,
  snapshots,
  states,
  staysGone,
  updateOf,
} from '../../test/stream.ts'

serveStreams()

const room: RoomEvent = { code: '472915', title: 'All hands', currentPollId: null, poll: null }
const roomFrame = `event: room\nid: E1.472915.public.4294967296.MAC\ndata: ${JSON.stringify(room)}\n\n`

test('says what it has been shown of each topic when it reconnects', async () => {
  const asked: unknown[] = []
  server.answer = (res, req) => {
    asked.push(req.url)
    sendHead(res).end(frame(7) + frame(8) + frame(2, 'A', 'other'))
  }
  listen(['poll', 'other'])
  await until(isWaiting)
  vi.advanceTimersByTime(1_000)
  await until(() => asked.length === 2)
  expect(asked).toEqual(['/', '/?after=E1.poll.public.8.MAC%2CE1.other.public.2.MAC'])
})

test('is live again when the server says that the last snapshot is still the current one', async () => {
  const id = idOf(snapshot(7))
  server.answer = (res) =>
    void sendHead(res).end(server.requests === 1 ? frame(7) : `event: current\nid: ${id}\ndata: {}\n\n`)
  listen()
  await until(() => states.at(-1) === 'reconnecting')
  vi.advanceTimersByTime(1_000)
  await until(() => states.filter((state) => state === 'live').length === 2)
  expect(snapshots).toHaveLength(1)
})

test('a snapshot of another epoch replaces what was shown, whatever its revision', async () => {
  const open = openResponse()
  listen()
  const res = await open
  res.write(frame(9) + updateOf(snapshot(3), 'E2') + updateOf(snapshot(2), 'E2') + updateOf(snapshot(4), 'E2'))
  await until(() => snapshots.at(-1)?.revision === 4)
  expect(snapshots.map(({ revision }) => revision)).toEqual([9, 3, 4])
})

test('does not pass on a snapshot that is older than the last one of the same poll', async () => {
  const open = openResponse()
  listen()
  const res = await open
  res.write(frame(5) + frame(4) + frame(5) + frame(2, 'A', 'other') + frame(6))
  await until(() => snapshots.at(-1)?.revision === 6)
  expect(snapshots.map(({ pollId, revision }) => [pollId, revision])).toEqual([
    ['poll', 5],
    ['other', 2],
    ['poll', 6],
  ])
})

test('keeps the newest snapshot when the server comes back with an older one', async () => {
  server.answer = (res) => sendHead(res).end(frame(server.requests === 1 ? 9 : 3))
  listen()
  await until(() => states.at(-1) === 'reconnecting')
  vi.advanceTimersByTime(1_000)
  await until(() => states.filter((state) => state === 'live').length === 2)
  expect(snapshots.map(({ revision }) => revision)).toEqual([9])
})

test('stops when the API answers that there is no such poll', async () => {
  server.answer = (res) => json(res, 404, { title: '', status: 404, code: 'poll-not-found', detail: '' })
  listen()
  await until(() => states.at(-1) === 'gone')
  await staysGone()
  expect(ended).toEqual([])
})

test('stops when the stream closes after all of its polls have ended', async () => {
  server.answer = (res) => sendHead(res).end(frame(1) + endFrame())
  listen()
  await until(() => states.at(-1) === 'gone')
  expect([states, ended]).toEqual([['live', 'gone'], ['poll deleted']])
  expect(snapshots).toEqual([snapshot(1)])
  await staysGone()
})

test('a stream of several polls goes on with the rest, and reconnects, when one of them has ended', async () => {
  const open = openResponse()
  listen(['poll', 'other'])
  const res = await open
  res.write(endFrame() + frame(7) + frame(2, 'A', 'other'))
  await until(() => snapshots.length === 1)
  expect(snapshots[0]?.pollId).toBe('other')
  server.answer = (next) => sendHead(next).write(endFrame() + frame(3, 'A', 'other'))
  res.end()
  await until(isWaiting)
  vi.advanceTimersByTime(1_000)
  await until(() => snapshots.length === 2)
  expect([states.at(-1), ended]).toEqual(['live', ['poll deleted']])
})

test('a stream that is cut before it has told of all polls reconnects', async () => {
  server.answer = (res) => sendHead(res).end(endFrame())
  listen(['poll', 'other'])
  await until(isWaiting)
  expect(ended).toEqual(['poll deleted'])
})

test('stops when the API answers that all polls were deleted, and tells of each', async () => {
  server.answer = (res) => json(res, 410, { title: '', status: 410, code: 'poll-deleted', detail: '' })
  listen(['poll', 'other'])
  await until(() => states.at(-1) === 'gone')
  expect(ended).toEqual(['poll deleted', 'other deleted'])
  await staysGone()
})

test('another view replaces what was shown, whatever its revision', async () => {
  const response = openResponse()
  listen()
  const res = await response
  res.write(
    frame(5) + updateOf(snapshot(2, 'A', 'poll', 'voted')) + updateOf(snapshot(1, 'A', 'poll', 'voted')) + frame(4),
  )
  await until(() => snapshots.length === 3)
  expect(snapshots.map(({ view, revision }) => [view, revision])).toEqual([
    ['public', 5],
    ['voted', 2],
    ['public', 4],
  ])
})

test('a room’s stream is live with its first event, tells each move, and goes on with the poll that is on', async () => {
  server.answer = (res) => void sendHead(res).write(roomFrame + frame(3))
  open({ rooms: ['472915'] })
  await until(() => snapshots.length === 1)
  expect([states, rooms]).toEqual([['live'], [room]])
})

test.each<[string, Answer]>([
  ['an event', (res) => sendHead(res).end(roomFrame + endFrame({ reason: 'deleted', roomCode: '472915' }))],
  ['a 410', (res) => json(res, 410, { title: '', status: 410, code: 'room-deleted', detail: '' })],
])('a room that is deleted ends the stream, told by %s', async (_how, answer) => {
  server.answer = answer
  open({ rooms: ['472915'] })
  await until(() => states.at(-1) === 'gone')
  expect(ended).toEqual(['472915 deleted'])
  await staysGone()
})

test.each<[string, Answer]>([
  ['an event', (res) => sendHead(res).end(endFrame({ reason: 'unauthorized', roomCode: '472915' }))],
  ['a 401', (res) => json(res, 401, { title: '', status: 401, code: 'invalid-host-key', detail: '' })],
])('a host key that was replaced ends the host’s stream, told by %s', async (_how, answer) => {
  server.answer = answer
  open({ rooms: ['472915'] }, { hostKey: 'old' })
  await until(() => states.at(-1) === 'gone')
  expect(ended).toEqual(['472915 unauthorized'])
})

test('of several polls, the one that is not there is told of, and the stream goes on with the rest', async () => {
  const streams: (string | undefined)[] = []
  server.answer = (res, req) => {
    if (req.headers.accept === 'text/event-stream') {
      streams.push(req.url)
      if (req.url?.includes('missing')) json(res, 404, { title: '', status: 404, code: 'poll-not-found', detail: '' })
      else sendHead(res).write(frame(1))
    } else if (req.url?.includes('missing')) {
      json(res, 404, { title: '', status: 404, code: 'poll-not-found', detail: '' })
    } else if (!req.url?.includes('after=')) pollAnswer(res, 1)
  }
  open({ polls: ['poll', 'missing'] }, undefined, ({ polls = [] }) => `${server.url}/api/streams?polls=${polls}`)
  await until(() => ended.length === 1)
  vi.advanceTimersByTime(1)
  await until(() => states.at(-1) === 'live')
  expect([ended, streams[0]]).toEqual([['missing deleted'], '/api/streams?polls=poll,missing'])
  expect(streams.at(-1)).toMatch(/^\/api\/streams\?polls=poll(&|$)/)
})

test('other topics are watched by another connection, which goes on from what was shown of those that stay', async () => {
  const streams: (string | undefined)[] = []
  server.answer = (res, req) => {
    streams.push(req.url)
    sendHead(res).write(frame(1) + frame(4, 'A', 'other'))
  }
  open({ polls: ['poll'] }, undefined, ({ polls = [] }) => `${server.url}/api/streams?polls=${polls}`)
  await until(() => snapshots.length === 2)
  client?.watch({ polls: ['other', 'third'] })
  await until(() => streams.length === 2)
  expect(streams[1]).toBe('/api/streams?polls=other,third&after=E1.other.public.4.MAC')
  expect(states).toEqual(['live'])
})

test('ignores events that it does not know', async () => {
  server.answer = (res) => sendHead(res).write(`event: cheer\ndata: Hooray!\n\ndata: {}\n\n${frame(1)}`)
  listen()
  await until(() => snapshots.length === 1)
  expect([states, snapshots, server.requests]).toEqual([['live'], [snapshot(1)], 1])
})
