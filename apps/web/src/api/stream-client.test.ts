import { until } from '@pollcast/api/testing/until'
import { expect, test, vi } from 'vitest'
import { type Answer, json, runEventLoop } from '../../test/server.ts'
import {
  client,
  ended,
  endFrame,
  frame,
  isWaiting,
  listen,
  open,
  openResponse,
  passUntil,
  sendHead,
  server,
  serveStreams,
  snapshot,
  snapshots,
  states,
} from '../../test/stream.ts'

serveStreams()

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
