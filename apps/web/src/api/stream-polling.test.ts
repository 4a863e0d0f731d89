import { until } from '@pollcast/api/testing/until'
import { expect, test, vi } from 'vitest'
import { json, runEventLoop } from '../../test/server.ts'
import {
  bufferStreams,
  client,
  ended,
  frame,
  isWaiting,
  listen,
  passUntil,
  pollAnswer,
  type Response,
  sendHead,
  server,
  serveStreams,
  snapshot,
  snapshots,
  states,
} from '../../test/stream.ts'

serveStreams()

/** Listens to a stream that is silent after its first event, and so is the next one, for as long as a client waits. */
async function swallowTwice(): Promise<void> {
  listen()
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
  vi.advanceTimersByTime(1_400)
  await until(() => states.at(-1) === 'live')
  vi.advanceTimersByTime(18_500)
}

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

test('a stream that is swallowed twice after its first bytes is no way: it polls, and says so though nothing is new', async () => {
  const held: Response[] = []
  server.answer = (res, req) => {
    if (req.headers.accept === 'text/event-stream') sendHead(res).write(frame(1))
    else if (!req.url?.includes('after=')) pollAnswer(res, 1)
    else held.push(res)
  }
  await swallowTwice()
  await until(() => states.at(-1) === 'polling' && held.length === 1)
  expect(snapshots.at(-1)?.revision).toBe(1)
  pollAnswer(held[0] as Response, 2)
  await until(() => snapshots.at(-1)?.revision === 2)
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
  await swallowTwice()
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
    else if (!req.url?.includes('after=')) pollAnswer(res, 4)
  }
  listen()
  for (const count of [1, 2]) {
    await until(() => states.filter((state) => state === 'reconnecting').length === count)
    vi.advanceTimersByTime(2_000)
  }
  await until(() => states.at(-1) === 'polling')
  expect([streams, snapshots.at(-1)?.revision]).toEqual([3, 4])
})

test('treats a proxy’s page in place of the stream as a failure', async () => {
  server.answer = (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Log in</h1>')
  listen()
  await until(isWaiting)
  expect(snapshots).toEqual([])
})
