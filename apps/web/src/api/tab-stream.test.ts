import { until } from '@pollcast/api/testing/until'
import type { Snapshot } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runEventLoop, startServer, type TestServer } from '../../test/server.ts'
import { snapshot as someSnapshot } from '../../test/snapshot.ts'
import type { Access } from './access.ts'
import type { StreamClient, StreamState } from './stream-client.ts'
import { openTabStream } from './tab-stream.ts'

const snapshot = someSnapshot(1, 0, 0)

let server: TestServer
let tabs: StreamClient[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  tabs = []
  server = await startServer((res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`)
  })
})
afterEach(async () => {
  for (const tab of tabs) tab.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  await server.close()
})

function openTab(access?: Access) {
  const seen = {
    state: 'connecting' as StreamState,
    snapshots: [] as Snapshot[],
    ended: [] as string[],
    rooms: [] as RoomEvent[],
  }
  const client = openTabStream(server.url, {
    ...(access && { access }),
    topics: { polls: ['abcdefgh', 'bcdefghj'] },
    onSnapshot: (snapshot) => seen.snapshots.push(snapshot),
    onRoom: (room) => seen.rooms.push(room),
    onEnd: ({ pollId = '' }) => seen.ended.push(pollId),
    onState: (state) => {
      seen.state = state
    },
  })
  tabs.push(client)
  return { ...client, seen }
}

type Request = (name: string, options: LockOptions, hold: () => unknown) => unknown

/** Locks that answer each request by this function. */
function stubLocks(request: Request) {
  const locks = { request: vi.fn(request) }
  vi.stubGlobal('navigator', { locks })
  return locks.request
}

/** Like a browser’s: one tab holds the lock and the others wait, unless they steal it. */
function workingLocks() {
  let lose: (() => void) | undefined
  const waiting: (() => void)[] = []
  return stubLocks(
    (_name, { steal }, hold) =>
      new Promise((resolve, reject) => {
        const take = async () => {
          const own = () => reject(new DOMException('It was stolen.', 'AbortError'))
          lose = own
          resolve(await hold())
          if (lose !== own) return
          lose = undefined
          waiting.shift()?.()
        }
        if (steal) lose?.()
        if (steal || !lose) void take()
        else waiting.push(take)
      }),
  )
}

const refusals: [string, Request][] = [
  ['reject', () => Promise.reject(new DOMException('Storage is blocked.', 'SecurityError'))],
  [
    'throw',
    () => {
      throw new TypeError('Illegal invocation')
    },
  ],
  ['return nothing', () => undefined],
  [
    'are granted and lost at once',
    (_name, _options, hold) => {
      void hold()
      return Promise.reject(new DOMException('It was stolen.', 'AbortError'))
    },
  ],
]

test.each(refusals)(
  'where requests for a lock %s, a tab opens its own stream and stops requesting',
  async (_how, request) => {
    const requests = stubLocks(request)
    const { seen } = openTab()
    await until(() => seen.state === 'live')
    vi.advanceTimersByTime(120_000)
    await runEventLoop(50)
    expect(seen.snapshots).toEqual([snapshot])
    expect(requests.mock.calls.length).toBeLessThanOrEqual(2)
  },
)

test('where requests for a lock are never answered, a tab opens its own stream after ten seconds', async () => {
  stubLocks(() => new Promise(() => {}))
  const { seen } = openTab()
  await runEventLoop(20)
  expect(server.requests).toBe(0)
  vi.advanceTimersByTime(5_000)
  vi.advanceTimersByTime(5_000)
  await until(() => seen.state === 'live')
  expect(server.requests).toBe(1)
})

test('a lock that is granted late, to a tab with its own stream, is released at once', async () => {
  const results: unknown[] = []
  const late: (() => void)[] = []
  stubLocks((_name, _options, hold) => new Promise(() => late.push(() => results.push(hold()))))
  const { seen } = openTab()
  vi.advanceTimersByTime(5_000)
  vi.advanceTimersByTime(5_000)
  await until(() => seen.state === 'live')
  for (const grant of late) grant()
  expect(results).toEqual([undefined, undefined])
  await runEventLoop(20)
  expect(server.requests).toBe(1)
})

test.each([
  ['there are no locks', {}],
  [
    'the getter of locks throws',
    {
      get locks() {
        throw new DOMException('Storage is blocked.', 'SecurityError')
      },
    },
  ],
])('where %s, a tab opens its own stream', async (_what, navigator) => {
  vi.stubGlobal('navigator', navigator)
  const { seen } = openTab()
  await until(() => seen.state === 'live')
})

test('where there is no channel between tabs, each opens its own stream', async () => {
  const requests = workingLocks()
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw new DOMException('Storage is blocked.', 'SecurityError')
  })
  const tabs = [openTab(), openTab()]
  await until(() => tabs.every(({ seen }) => seen.state === 'live'))
  expect(server.requests).toBe(2)
  expect(requests).not.toHaveBeenCalled()
})

test('where a channel takes no message, each tab opens its own stream', async () => {
  workingLocks()
  vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(() => {
    throw new DOMException('It is closed.', 'InvalidStateError')
  })
  const tabs = [openTab(), openTab()]
  await until(() => tabs.every(({ seen }) => seen.state === 'live'))
  expect(server.requests).toBe(2)
})

test('tabs whose messages all get lost do not steal the stream from each other for ever', async () => {
  const requests = workingLocks()
  vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(() => {})
  const tabs = [openTab(), openTab()]
  const advanceSecond = async () => {
    vi.advanceTimersByTime(1_000)
    await runEventLoop(10)
  }
  for (let seconds = 0; seconds < 120; seconds++) await advanceSecond()
  expect(requests.mock.calls.length).toBeLessThanOrEqual(6)
  // This server sends no keepalives, so a stream is lost, and comes back, every 33 s.
  while (!tabs.every(({ seen }) => seen.state === 'live')) await advanceSecond()
})

test('tabs share one stream, and the next one takes over when the first is closed', async () => {
  workingLocks()
  const [first, second] = [openTab(), openTab()]
  await until(() => first.seen.state === 'live' && second.seen.state === 'live')
  expect(server.requests).toBe(1)
  first.close()
  await until(() => server.requests === 2)
  expect([first.seen.state, second.seen.state]).toEqual(['closed', 'live'])
})

const end = (pollId: string) => `event: end\ndata: ${JSON.stringify({ reason: 'deleted', pollId })}\n\n`

test('tabs that share a stream are told once of a poll that has ended, also one that is opened later', async () => {
  workingLocks()
  let response: Parameters<typeof server.answer>[0] | undefined
  server.answer = (res) => {
    response = res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(`event: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`)
  }
  const [first, second] = [openTab(), openTab()]
  await until(() => first.seen.state === 'live' && second.seen.state === 'live')
  response?.write(end('abcdefgh'))
  await until(() => second.seen.ended.length > 0)
  const third = openTab()
  await until(() => third.seen.state === 'live')
  expect(third.seen).toEqual({ state: 'live', snapshots: [], ended: ['abcdefgh'], rooms: [] })

  response?.end(end('bcdefghj'))
  const open = [first, second, third]
  await until(() => open.every(({ seen }) => seen.state === 'gone'))
  for (const { seen } of open) expect(seen.ended).toEqual(['abcdefgh', 'bcdefghj'])
  expect(server.requests).toBe(1)
})

test('tabs that share a room’s stream are all moved, also one that is opened later', async () => {
  workingLocks()
  const room = { code: '472915', title: '', currentPollId: null, poll: null }
  server.answer = (res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(`event: room\nid: r1\ndata: ${JSON.stringify(room)}\n\n`)
    res.write(`event: update\nid: r2\ndata: ${JSON.stringify(snapshot)}\n\n`)
  }
  const [first, second] = [openTab(), openTab()]
  await until(() => [first, second].every(({ seen }) => seen.snapshots.length === 1))
  const third = openTab()
  await until(() => third.seen.snapshots.length === 1)
  for (const { seen } of [first, second, third]) expect(seen.rooms).toEqual([room])
  expect(server.requests).toBe(1)
})

test('whoever takes the stream over goes on from the last event', async () => {
  workingLocks()
  const lastIds: unknown[] = []
  server.answer = (res, req) => {
    lastIds.push(req.headers['last-event-id'])
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(`event: snapshot\nid: E.abcdefgh.public.1.MAC\ndata: ${JSON.stringify(snapshot)}\n\n`)
  }
  const [first, second] = [openTab(), openTab()]
  await until(() => first.seen.state === 'live' && second.seen.state === 'live')
  first.close()
  await until(() => lastIds.length === 2)
  expect(lastIds).toEqual([undefined, 'E.abcdefgh.public.1.MAC'])
})

test.each([{ hostKey: 'secret' }, { code: 'ABCD' }])(
  'a stream with %j is the tab’s own, and nothing of it is told to others',
  async (access) => {
    const requests = workingLocks()
    const channels = vi.spyOn(BroadcastChannel.prototype, 'postMessage')
    const tabs = [openTab(access), openTab(access)]
    await until(() => tabs.every(({ seen }) => seen.state === 'live'))
    expect(server.requests).toBe(2)
    expect([requests, channels].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
  },
)

test('a tab that is closed while its request is refused opens no stream', async () => {
  stubLocks(() => Promise.reject(new DOMException('Storage is blocked.', 'SecurityError')))
  const { close, seen } = openTab()
  close()
  await runEventLoop(20)
  expect([seen.state, server.requests]).toEqual(['closed', 0])
})
