import { until } from '@pollcast/api/testing/until'
import type { Snapshot } from '@pollcast/shared/poll'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Served, serve, turns } from '../../test/serve.ts'
import type { StreamClient, StreamState } from './stream-client.ts'
import { openTabStream } from './tab-stream.ts'

const snapshot: Snapshot = { pollId: 'abcdefgh', revision: 1, status: 'open', totalVotes: 0, choices: [] }

let server: Served
let tabs: StreamClient[]

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  tabs = []
  server = await serve((res) => {
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

function openTab() {
  const seen = { state: 'connecting' as StreamState, snapshots: [] as Snapshot[] }
  const client = openTabStream(server.url, {
    onSnapshot: (arrived) => seen.snapshots.push(arrived),
    onState: (state) => {
      seen.state = state
    },
  })
  tabs.push(client)
  return { ...client, seen }
}

type Request = (name: string, options: LockOptions, hold: () => unknown) => unknown

/** Locks whose requests are answered like this. */
function stubLocks(request: Request) {
  const locks = { request: vi.fn(request) }
  vi.stubGlobal('navigator', { locks })
  return locks.request
}

/** As browsers do it: one holds the lock and the others wait, unless they take it away. */
function workingLocks() {
  let lose: (() => void) | undefined
  const waiting: (() => void)[] = []
  return stubLocks(
    (_name, { steal }, hold) =>
      new Promise((resolve, reject) => {
        const take = async () => {
          const own = () => reject(new DOMException('It was taken away.', 'AbortError'))
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
  ['come to nothing', () => undefined],
  [
    'are lost as soon as they are given',
    (_name, _options, hold) => {
      void hold()
      return Promise.reject(new DOMException('It was taken away.', 'AbortError'))
    },
  ],
]

test.each(refusals)(
  'where requests for a lock %s, a tab has a stream of its own, and asks no more',
  async (_how, request) => {
    const asked = stubLocks(request)
    const { seen } = openTab()
    await until(() => seen.state === 'live')
    vi.advanceTimersByTime(120_000)
    await turns(50)
    expect(seen.snapshots).toEqual([snapshot])
    expect(asked.mock.calls.length).toBeLessThanOrEqual(2)
  },
)

test('where requests for a lock are never answered, a tab has a stream of its own after ten seconds', async () => {
  stubLocks(() => new Promise(() => {}))
  const { seen } = openTab()
  await turns(20)
  expect(server.requests).toBe(0)
  vi.advanceTimersByTime(5_000)
  vi.advanceTimersByTime(5_000)
  await until(() => seen.state === 'live')
  expect(server.requests).toBe(1)
})

test('a lock that is given late, to a tab with a stream of its own, is let go at once', async () => {
  const held: unknown[] = []
  const late: (() => void)[] = []
  stubLocks((_name, _options, hold) => new Promise(() => late.push(() => held.push(hold()))))
  const { seen } = openTab()
  vi.advanceTimersByTime(5_000)
  vi.advanceTimersByTime(5_000)
  await until(() => seen.state === 'live')
  for (const give of late) give()
  expect(held).toEqual([undefined, undefined])
  await turns(20)
  expect(server.requests).toBe(1)
})

test.each([
  ['there are no locks', {}],
  [
    'it throws to ask for locks',
    {
      get locks() {
        throw new DOMException('Storage is blocked.', 'SecurityError')
      },
    },
  ],
])('where %s, a tab has a stream of its own', async (_what, navigator) => {
  vi.stubGlobal('navigator', navigator)
  const { seen } = openTab()
  await until(() => seen.state === 'live')
})

test('where there is no channel between tabs, each has a stream of its own', async () => {
  const asked = workingLocks()
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw new DOMException('Storage is blocked.', 'SecurityError')
  })
  const tabs = [openTab(), openTab()]
  await until(() => tabs.every(({ seen }) => seen.state === 'live'))
  expect(server.requests).toBe(2)
  expect(asked).not.toHaveBeenCalled()
})

test('where a channel takes no message, each tab has a stream of its own', async () => {
  workingLocks()
  vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(() => {
    throw new DOMException('It is closed.', 'InvalidStateError')
  })
  const tabs = [openTab(), openTab()]
  await until(() => tabs.every(({ seen }) => seen.state === 'live'))
  expect(server.requests).toBe(2)
})

test('tabs whose messages all get lost do not take the stream from each other for ever', async () => {
  const asked = workingLocks()
  vi.spyOn(BroadcastChannel.prototype, 'postMessage').mockImplementation(() => {})
  const tabs = [openTab(), openTab()]
  const passSecond = async () => {
    vi.advanceTimersByTime(1_000)
    await turns(10)
  }
  for (let seconds = 0; seconds < 120; seconds++) await passSecond()
  expect(asked.mock.calls.length).toBeLessThanOrEqual(6)
  // This server sends no keepalives, so a stream is lost, and comes back, every 33 s.
  while (!tabs.every(({ seen }) => seen.state === 'live')) await passSecond()
})

test('tabs that can meet share one stream, and one that is closed hands it on', async () => {
  workingLocks()
  const [first, second] = [openTab(), openTab()]
  await until(() => first.seen.state === 'live' && second.seen.state === 'live')
  expect(server.requests).toBe(1)
  first.close()
  await until(() => server.requests === 2)
  expect([first.seen.state, second.seen.state]).toEqual(['closed', 'live'])
})

test('a tab that is closed while it is refused has no stream', async () => {
  stubLocks(() => Promise.reject(new DOMException('Storage is blocked.', 'SecurityError')))
  const { close, seen } = openTab()
  close()
  await turns(20)
  expect([seen.state, server.requests]).toEqual(['closed', 0])
})
