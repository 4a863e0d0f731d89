import { until } from '@pollcast/api/testing/until'
import type { Snapshot, View } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import type { EndData } from '@pollcast/shared/stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Answer, json, runEventLoop, startServer, type TestServer } from '../../test/server.ts'
import { pollOf, snapshot as someSnapshot } from '../../test/snapshot.ts'
import type { Access } from './access.ts'
import { openStream, type StreamClient, type StreamState } from './stream-client.ts'
import { deliver, type OfEpoch } from './told.ts'
import type { Topics } from './topics.ts'

type Response = Parameters<Answer>[0]

let server: TestServer
let client: StreamClient | undefined
let states: StreamState[]
let snapshots: Snapshot[]
let ended: string[]
let rooms: RoomEvent[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  states = []
  snapshots = []
  ended = []
  rooms = []
  server = await startServer((res) => sendHead(res).write(frame(1)))
})

afterEach(async () => {
  client?.close()
  vi.useRealTimers()
  await server.close()
})

test('is live only once an event has come', async () => {
  const open = openResponse()
  listen()
  const res = await open
  res.write(': hello\n\n')
  await runEventLoop(20)
  expect(states).toEqual([])
  res.write(frame(1))
  await until(() => states.includes('live'))
  expect(snapshots).toEqual([snapshot(1)])
})

test('reconnects within a second after the server dropped the connection', async () => {
  server.answer = (res) => sendHead(res).end(frame(server.requests))
  listen()
  await until(() => states.at(-1) === 'reconnecting')
  expect(states).toEqual(['live', 'reconnecting'])
  vi.advanceTimersByTime(1_000)
  await until(() => snapshots.length === 2)
  expect(snapshots.at(-1)?.revision).toBe(2)
  expect(states.filter((state) => state === 'live')).toHaveLength(2)
})

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

test('reads characters that the network splits in two', async () => {
  const text = 'Grüße, 世界 🗳️'
  const open = openResponse()
  listen()
  const res = await open
  const bytes = Buffer.from(frame(1, text))
  for (const byte of bytes) {
    res.write(Buffer.of(byte))
    await runEventLoop(2)
  }
  await until(() => snapshots.length === 1)
  expect(snapshots[0]?.choices[0]?.text).toBe(text)
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

test('takes a silence for a dead connection, and has the next one within 20 s of its beginning', async () => {
  listen()
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_400)
  expect(states.at(-1)).toBe('live')
  vi.advanceTimersByTime(100)
  expect(states.at(-1)).toBe('reconnecting')
  vi.advanceTimersByTime(1_400)
  await until(() => server.requests === 2 && states.at(-1) === 'live')
})

test('a keepalive ends the silence', async () => {
  const open = openResponse()
  listen()
  const res = await open
  res.write(frame(1))
  await until(() => states.at(-1) === 'live')
  for (let keepalives = 0; keepalives < 4; keepalives++) {
    vi.advanceTimersByTime(15_000)
    res.write(': keepalive\n\n')
    await runEventLoop(20)
  }
  expect(states).toEqual(['live'])
  expect(server.requests).toBe(1)
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

const room: RoomEvent = { code: '472915', title: 'All hands', currentPollId: null, poll: null }
const roomFrame = `event: room\nid: E1.472915.public.4294967296.MAC\ndata: ${JSON.stringify(room)}\n\n`

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

test('the host’s key and the voter’s code go into headers, and not into the address', async () => {
  const asked: unknown[] = []
  server.answer = (res, req) => {
    asked.push(req.url, req.headers.authorization, req.headers['pollcast-code'])
    sendHead(res).write(frame(1))
  }
  open({ polls: ['poll'] }, { hostKey: 'secret', code: 'ABCD' })
  await until(() => states.at(-1) === 'live')
  expect(asked).toEqual(['/', 'Bearer secret', 'ABCD'])
})

test('after a shutdown it comes back', async () => {
  server.answer = (res) => sendHead(res).end(frame(1) + endFrame({ reason: 'shutdown' }))
  listen()
  await until(isWaiting)
  server.answer = (res) => sendHead(res).write(frame(2))
  vi.advanceTimersByTime(1_000)
  await until(() => states.at(-1) === 'live')
  expect(ended).toEqual([])
})

test('after a shutdown it comes back when it was told to, and not before', async () => {
  const farewell = `event: end\nretry: 3400\ndata: {"reason":"shutdown"}\n\n`
  server.answer = (res) => sendHead(res).end(`retry: 1000\n${frame(1)}${farewell}`)
  listen()
  await until(isWaiting)
  vi.advanceTimersByTime(3_390)
  await runEventLoop(20)
  expect(server.requests).toBe(1)
  vi.advanceTimersByTime(10)
  await until(() => server.requests === 2)
})

/** Lets time pass, slowly enough for answers to come in between, until the condition holds. */
const passUntil = (condition: () => boolean) =>
  until(() => {
    if (condition()) return true
    vi.advanceTimersByTime(50)
    return false
  })

test('while a server that has said so restarts, it is asked every 3 s at most, however often it is not there, and not polled', async () => {
  const farewell = `event: end\nretry: 500\ndata: {"reason":"shutdown"}\n\n`
  let isBack = false
  const asked: (string | undefined)[] = []
  const times: number[] = []
  server.answer = (res, req) => {
    asked.push(req.headers.accept)
    times.push(Date.now())
    if (server.requests === 1) return sendHead(res).end(`${frame(1)}${farewell}`)
    if (!isBack) return void res.destroy()
    sendHead(res).write(frame(2))
  }
  listen()
  await passUntil(() => server.requests === 9)
  isBack = true
  await passUntil(() => states.at(-1) === 'live')
  expect(new Set(asked)).toEqual(new Set(['text/event-stream']))
  // The first came back when it was told to.
  const gaps = times.slice(2).map((time, index) => time - (times[index + 1] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(800)
  // And what passes while an answer is on its way.
  expect(Math.max(...gaps)).toBeLessThan(3_000 + 1_500)
})

test('after a server was away unannounced, a poll that is answered has the stream tried at once, and not in 25 s', async () => {
  let isBack = false
  let streams = 0
  server.answer = (res, req) => {
    const isStream = req.headers.accept === 'text/event-stream'
    if (isStream) streams += 1
    if (!isStream && streams >= 3) isBack = true
    if (!isBack) return void res.destroy()
    if (isStream) sendHead(res).write(frame(2))
    else if (!req.url?.includes('after=')) pollAnswer(res, 1)
  }
  listen()
  await passUntil(() => states.at(-1) === 'polling')
  const answeredAt = Date.now()
  await passUntil(() => states.at(-1) === 'live')
  expect(Date.now() - answeredAt).toBeLessThan(600 + 1_500)
  expect(streams).toBe(4)
})

/** A server whose streams no proxy lets through: what a GET of the topic answers is `answerPoll`. */
function bufferStreams(answerPoll: Answer): { isBuffering: boolean; streams: number; asked: (string | undefined)[] } {
  const seen = { isBuffering: true, streams: 0, asked: [] as (string | undefined)[] }
  server.answer = (res, req) => {
    if (req.headers.accept !== 'text/event-stream') {
      seen.asked.push(req.url)
      return answerPoll(res, req)
    }
    seen.streams += 1
    if (!seen.isBuffering) sendHead(res).write(frame(9))
  }
  return seen
}

const pollAnswer = (res: Response, revision: number) => {
  const body = pollOf(snapshot(revision))
  const headers = { 'Content-Type': 'application/json', ETag: `W/"${idOf(snapshot(revision))}-"` }
  return res.writeHead(200, headers).end(JSON.stringify(body))
}

test('where nothing comes on the stream for 4 s, it polls, and tries the stream again within 30 s', async () => {
  const held: Response[] = []
  const seen = bufferStreams((res) => void (seen.asked.length === 1 ? pollAnswer(res, 1) : held.push(res)))
  listen()
  await until(() => seen.streams === 1)
  vi.advanceTimersByTime(3_990)
  await runEventLoop(20)
  expect(seen.asked).toEqual([])
  vi.advanceTimersByTime(10)
  await until(() => states.at(-1) === 'polling' && held.length === 1)
  expect(snapshots).toMatchObject([snapshot(1)])
  expect(seen.asked).toEqual(['/api/polls/poll', '/api/polls/poll?after=E1.poll.public.1.MAC'])
  pollAnswer(held[0] as Response, 2)
  await until(() => snapshots.length === 2)
  vi.advanceTimersByTime(25_000)
  await until(() => seen.streams === 2)
  vi.advanceTimersByTime(4_000)
  seen.isBuffering = false
  expect(states).toEqual(['polling'])
  vi.advanceTimersByTime(25_000)
  await until(() => states.at(-1) === 'live')
  expect(snapshots.map(({ revision }) => revision)).toEqual([1, 2, 9])
})

test('where polling fails too, it is reconnecting, and goes on trying', async () => {
  const seen = bufferStreams((res) => void res.writeHead(502, { 'Content-Type': 'text/html' }).end('Bad gateway'))
  listen()
  await until(() => seen.streams === 1)
  vi.advanceTimersByTime(4_000)
  await until(isWaiting)
  seen.isBuffering = false
  vi.advanceTimersByTime(1_000)
  await until(() => states.at(-1) === 'live')
})

test('while it polls, the stream is tried again within 30 s, also where what is watched changes all the time', async () => {
  const seen = bufferStreams((res, req) => {
    if (!req.url?.includes('after=')) pollAnswer(res, 1)
  })
  listen()
  await until(() => seen.streams === 1)
  vi.advanceTimersByTime(4_000)
  await until(() => states.at(-1) === 'polling')
  for (let seconds = 5; seconds < 30; seconds += 5) {
    client?.watch({ polls: seconds % 2 ? ['poll', 'other'] : ['poll'] })
    await runEventLoop(20)
    vi.advanceTimersByTime(5_000)
  }
  await until(() => seen.streams === 2)
  expect(states).toEqual(['polling'])
})

test('what is deleted is told while polling, too', async () => {
  const seen = bufferStreams((res) => json(res, 410, { title: '', status: 410, code: 'poll-deleted', detail: '' }))
  listen()
  await until(() => seen.streams === 1)
  vi.advanceTimersByTime(4_000)
  await until(() => states.at(-1) === 'gone')
  expect(ended).toEqual(['poll deleted'])
})

test('a stream that is swallowed twice after its first bytes is no way: it polls', async () => {
  server.answer = (res, req) => {
    if (req.headers.accept === 'text/event-stream') sendHead(res).write(frame(1))
    else if (!req.url?.includes('after=')) pollAnswer(res, 2)
    else if (req.url.includes('.1.MAC')) pollAnswer(res, 3)
  }
  listen()
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
  vi.advanceTimersByTime(1_400)
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
  await until(() => states.at(-1) === 'polling')
  expect(snapshots.at(-1)?.revision).toBe(3)
})

test('where bytes trickle, and no event is complete after 12 s, it polls', async () => {
  const res = new Promise<Response>((resolve) => {
    server.answer = (response, req) => {
      if (req.headers.accept === 'text/event-stream') resolve(sendHead(response))
      else if (!req.url?.includes('after=')) pollAnswer(response, 2)
    }
  })
  listen()
  for (const letter of 'event: upd') {
    ;(await res).write(letter)
    await runEventLoop(20)
    vi.advanceTimersByTime(1_000)
  }
  expect(states).toEqual([])
  vi.advanceTimersByTime(2_000)
  await until(() => states.at(-1) === 'polling')
  expect(snapshots.at(-1)?.revision).toBe(2)
})

test('after streams were swallowed, the next one takes the place of polling once it has delivered more than its first events', async () => {
  const streams: Response[] = []
  const held: Response[] = []
  server.answer = (res, req) => {
    if (req.headers.accept === 'text/event-stream') {
      sendHead(res).write(frame(1))
      streams.push(res)
    } else if (req.url?.includes('after=')) held.push(res)
    else pollAnswer(res, 1)
  }
  listen()
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
  vi.advanceTimersByTime(1_400)
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
  await until(() => held.length === 1)
  vi.advanceTimersByTime(25_000)
  await until(() => streams.length === 3)
  await runEventLoop(20)
  pollAnswer(held[0] as Response, 2)
  await until(() => snapshots.at(-1)?.revision === 2)
  await runEventLoop(20)
  states.splice(0, states.lastIndexOf('live') + 1)
  vi.advanceTimersByTime(15_000)
  streams[2]?.write(': keepalive\n\n')
  await until(() => states.at(-1) === 'live')
  expect(states).toEqual(['reconnecting', 'polling', 'live'])
})

test('where each stream is cut after its first event, it polls after the third', async () => {
  let streams = 0
  server.answer = (res, req) => {
    if (req.headers.accept === 'text/event-stream') sendHead(res).end(frame(++streams))
    else if (req.url?.includes('.3.MAC')) pollAnswer(res, 4)
  }
  listen()
  for (const count of [1, 2]) {
    await until(() => states.filter((state) => state === 'reconnecting').length === count)
    vi.advanceTimersByTime(2_000)
  }
  await until(() => states.at(-1) === 'polling')
  expect([streams, snapshots.at(-1)?.revision]).toEqual([3, 4])
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

test.each<[string, Answer]>([
  ['a page', (res) => res.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not found</h1>')],
  ['another problem', (res) => json(res, 404, { title: '', status: 404, code: 'not-found', detail: '' })],
  ['a truncated problem', (res) => res.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{')],
])('reconnects after a 404 with %s, which is not the API’s answer', async (_what, answer) => {
  server.answer = answer
  listen()
  await until(isWaiting)
  server.answer = (res) => sendHead(res).write(frame(1))
  vi.advanceTimersByTime(1_000)
  await until(() => states.at(-1) === 'live')
})

test('reconnects after a 503, but not before its Retry-After', async () => {
  server.answer = (res) =>
    server.requests === 1 ? res.writeHead(503, { 'Retry-After': '7' }).end() : sendHead(res).write(frame(1))
  listen()
  await until(isWaiting)
  vi.advanceTimersByTime(6_900)
  await runEventLoop(20)
  expect(server.requests).toBe(1)
  vi.advanceTimersByTime(4_000)
  await until(() => states.at(-1) === 'live')
})

test('reconnects no sooner than the stream’s retry field asks', async () => {
  server.answer = (res) => sendHead(res).end(`retry: 5000\n\n${frame(1)}`)
  listen()
  await until(isWaiting)
  vi.advanceTimersByTime(4_900)
  await runEventLoop(20)
  expect(server.requests).toBe(1)
  vi.advanceTimersByTime(3_000)
  await until(() => server.requests === 2)
})

test('treats a proxy’s page in place of the stream as a failure', async () => {
  server.answer = (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Log in</h1>')
  listen()
  await until(isWaiting)
  expect(snapshots).toEqual([])
})

test('reconnect() does not wait', async () => {
  server.answer = (res) => res.writeHead(503, { 'Retry-After': '60' }).end()
  listen()
  await until(isWaiting)
  server.answer = (res) => sendHead(res).write(frame(1))
  client?.reconnect()
  await until(() => states.at(-1) === 'live')
})

test('reconnectIfSilent() keeps a connection on which data came recently', async () => {
  listen()
  await until(() => states.at(-1) === 'live')
  client?.reconnectIfSilent()
  await runEventLoop(20)
  expect(server.requests).toBe(1)
  vi.setSystemTime(Date.now() + 20_000)
  client?.reconnectIfSilent()
  await until(() => server.requests === 2 && states.at(-1) === 'live')
})

test('close() ends the request at once', async () => {
  let closedAtServer = false
  server.answer = (res) => {
    sendHead(res).write(frame(1))
    res.on('close', () => {
      closedAtServer = true
    })
  }
  listen()
  await until(() => states.at(-1) === 'live')
  client?.close()
  expect(states.at(-1)).toBe('closed')
  await until(() => closedAtServer)
  vi.advanceTimersByTime(600_000)
  await runEventLoop(20)
  expect(server.requests).toBe(1)
})

function listen(polls = ['poll']): void {
  open({ polls })
}

function open(topics: Topics, access?: Access, addressOf: (topics: Topics) => string = () => server.url): void {
  const listener = {
    onSnapshot: ({ epoch: _, ...snapshot }: OfEpoch<Snapshot>) => snapshots.push(snapshot),
    onRoom: (room: RoomEvent) => rooms.push(room),
    onEnd: ({ reason, pollId, roomCode }: EndData) => ended.push(`${pollId ?? roomCode} ${reason}`),
  }
  client = openStream({
    addressOf,
    topics,
    ...(access && { access }),
    onTold: (told) => deliver(told, listener),
    onState: (state) => states.push(state),
  })
}

/** The response to the next request, once its headers are sent. */
function openResponse(): Promise<Response> {
  return new Promise((resolve) => {
    server.answer = (res) => {
      sendHead(res).flushHeaders()
      resolve(res)
    }
  })
}

function sendHead(res: Response): Response {
  return res.writeHead(200, { 'Content-Type': 'text/event-stream' })
}

function frame(revision: number, text?: string, pollId?: string): string {
  return updateOf(snapshot(revision, text, pollId))
}

const idOf = ({ pollId, view, revision }: Snapshot, epoch = 'E1') => `${epoch}.${pollId}.${view}.${revision}.MAC`

const updateOf = (data: Snapshot, epoch?: string) =>
  `event: update\nid: ${idOf(data, epoch)}\ndata: ${JSON.stringify(data)}\n\n`

function endFrame(end: EndData = { reason: 'deleted', pollId: 'poll' }): string {
  return `event: end\ndata: ${JSON.stringify(end)}\n\n`
}

function snapshot(revision: number, text = 'A', pollId = 'poll', view: View = 'public'): Snapshot {
  const choices = [{ id: 1, text, votes: revision }]
  return { ...someSnapshot(revision, revision), now: '2030-01-01T00:00:00.000Z', pollId, view, choices }
}

/** Neither time nor a page that is shown again makes it connect. */
async function staysGone(): Promise<void> {
  vi.advanceTimersByTime(600_000)
  client?.reconnect()
  client?.reconnectIfSilent()
  await runEventLoop(20)
  expect(states.at(-1)).toBe('gone')
  expect(server.requests).toBe(1)
}

const isWaiting = () => states.at(-1) === 'reconnecting'
