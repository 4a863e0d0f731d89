import { until } from '@pollcast/api/testing/until'
import type { Snapshot } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runEventLoop, startServer, type TestServer } from '../../test/server.ts'
import { snapshot as someSnapshot } from '../../test/snapshot.ts'
import type { Access } from './access.ts'
import type { StreamHandle, StreamState } from './stream-client.ts'
import type { OfEpoch, Told } from './told.ts'
import type { Topics } from './topics.ts'

type Response = Parameters<TestServer['answer']>[0]

let server: TestServer
let tabs: StreamHandle[]
let channels: FreezableChannel[]
/** The open streams: what each was asked for, and where to write what it carries. */
let streams: { url: string; res: Response }[]

// Virtual minutes take real seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const RealChannel = globalThis.BroadcastChannel

/** A channel of a tab that can be made to hear and say nothing, as if its page were frozen. */
class FreezableChannel extends RealChannel {
  isFrozen = false
  constructor(name: string) {
    super(name)
    channels.push(this)
  }
  override postMessage(message: unknown): void {
    if (!this.isFrozen) super.postMessage(message)
  }
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  tabs = []
  channels = []
  streams = []
  vi.stubGlobal('BroadcastChannel', FreezableChannel)
  server = await startServer((res, req) => {
    const url = new URL(req.url ?? '', server.url)
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const stream = { url: url.pathname + url.search, res }
    streams.push(stream)
    res.on('close', () => streams.splice(streams.indexOf(stream), 1))
    for (const poll of url.searchParams.get('polls')?.split(',') ?? []) res.write(frame(poll, 1))
    for (const code of url.searchParams.get('rooms')?.split(',') ?? []) res.write(roomFrame(code))
  })
})
afterEach(async () => {
  for (const tab of tabs) tab.close()
  await runEventLoop(5)
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  await server.close()
})

const ids = { poll: 'abcdefgh', other: 'bcdefghj', room: '472915' }

const snapshotOf = (pollId: string, revision: number): Snapshot => ({
  ...someSnapshot(revision, revision),
  now: '2030-01-01T00:00:00.000Z',
  pollId,
})
const frame = (pollId: string, revision: number, event = 'update') =>
  `event: ${event}\nid: E1.${pollId}.public.${revision}.MAC\ndata: ${JSON.stringify(snapshotOf(pollId, revision))}\n\n`
const roomOf = (code: string): RoomEvent => ({ code, title: '', currentPollId: null, poll: null })
const roomFrame = (code: string) =>
  `event: room\nid: E1.${code}.public.1.MAC\ndata: ${JSON.stringify(roomOf(code))}\n\n`
const endFrame = (pollId: string) => `event: end\ndata: ${JSON.stringify({ reason: 'deleted', pollId })}\n\n`

/** A tab of its own: nothing of its modules is shared with another one. */
async function openTab(topics: Topics = { polls: [ids.poll] }, access?: Access, served?: Told) {
  vi.resetModules()
  const { openTabStream } = await import('./tab-stream.ts')
  const seen = {
    states: [] as StreamState[],
    revisions: [] as string[],
    ended: [] as string[],
    rooms: [] as RoomEvent[],
  }
  const channelsBefore = channels.length
  const query = [...(topics.polls ?? []), ...(topics.rooms ?? [])].join()
  const client = openTabStream(`${server.url}/api/streams?polls=${query}`, {
    ...(access && { access }),
    served,
    topics,
    onSnapshot: ({ pollId, revision }: OfEpoch<Snapshot>) => seen.revisions.push(`${pollId} ${revision}`),
    onRoom: (room) => seen.rooms.push(room),
    onEnd: ({ pollId = '' }) => seen.ended.push(pollId),
    onState: (state) => seen.states.push(state),
  })
  tabs.push(client)
  const channel = channels[channelsBefore]
  return { ...client, seen, channel, state: () => seen.states.at(-1) }
}

type Tab = Awaited<ReturnType<typeof openTab>>

async function openTabs(count: number): Promise<Tab[]> {
  const opened: Tab[] = []
  for (let index = 0; index < count; index++) opened.push(await openTab())
  return opened
}

/** Lets virtual time pass, and messages and requests with it. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    vi.advanceTimersByTime(50)
    await runEventLoop(4)
  }
}

async function untilSo(check: () => boolean): Promise<void> {
  while (!check()) await pass(50)
}

const areLive = (some: Tab[]) => untilSo(() => some.every((tab) => tab.state() === 'live'))

async function openLeaderAndOthers(): Promise<[Tab, Tab, Tab]> {
  const leader = await openTab()
  await areLive([leader])
  const others = [await openTab(), await openTab()] as const
  await areLive([leader, ...others])
  await pass(500)
  return [leader, ...others]
}

type Request = (name: string, options: LockOptions, hold: () => unknown) => unknown

/** Locks that answer each request by this function. */
function stubLocks(request: Request) {
  const locks = { request: vi.fn(request) }
  vi.stubGlobal('navigator', { locks })
  return locks.request
}

/** Like a browser’s: one tab holds the lock and the others wait. */
function workingLocks() {
  let isHeld = false
  const waiting: (() => void)[] = []
  return stubLocks(
    (_name, { signal }, hold) =>
      new Promise((resolve, reject) => {
        const take = async () => {
          isHeld = true
          resolve(await hold())
          isHeld = false
          waiting.shift()?.()
        }
        if (!isHeld) return void take()
        waiting.push(take)
        signal?.addEventListener('abort', () => {
          if (waiting.includes(take)) waiting.splice(waiting.indexOf(take), 1)
          reject(new DOMException('It left the queue.', 'AbortError'))
        })
      }),
  )
}

const lockKinds: [string, () => void][] = [
  ['with locks', () => void workingLocks()],
  ['without locks', () => vi.stubGlobal('navigator', {})],
  ['with locks that reject', () => void stubLocks(() => Promise.reject(new DOMException('Blocked.', 'SecurityError')))],
  [
    'with locks that throw',
    () =>
      void stubLocks(() => {
        throw new TypeError('Illegal invocation')
      }),
  ],
  ['with locks that never answer', () => void stubLocks(() => new Promise(() => {}))],
]

test.each(lockKinds)('%s, tabs that show different polls and a room share one stream', async (_how, set) => {
  set()
  const shown: Topics[] = [{ polls: [ids.poll] }, { polls: [ids.other] }, { rooms: [ids.room] }, { polls: [ids.poll] }]
  const opened: Tab[] = []
  for (const topics of shown) opened.push(await openTab(topics))
  await areLive(opened)
  await pass(1_000)
  expect(streams).toHaveLength(1)
  streams[0]?.res.write(frame(ids.poll, 2) + frame(ids.other, 3))
  await untilSo(() => opened[3]?.seen.revisions.length === 2)
  await pass(100)
  expect(opened.map(({ seen }) => [seen.revisions, seen.rooms])).toEqual([
    [[`${ids.poll} 1`, `${ids.poll} 2`], []],
    [[`${ids.other} 1`, `${ids.other} 3`], []],
    [[], [roomOf(ids.room)]],
    [[`${ids.poll} 1`, `${ids.poll} 2`], []],
  ])
})

test.each(lockKinds)(
  '%s, when the tab with the stream is closed, another one goes on from the last event',
  async (_how, set) => {
    set()
    const [leader, ...others] = await openLeaderAndOthers()
    const before = others.map(({ seen }) => [...seen.states])
    leader.close()
    await untilSo(() => streams.length === 1 && streams[0]?.url.includes('after=') === true)
    expect(streams[0]?.url).toContain(`after=E1.${ids.poll}.public.1.MAC`)
    expect(others.map(({ seen }) => seen.states)).toEqual(before)
  },
)

test.each(lockKinds)(
  '%s, a tab that freezes with the stream is replaced within two seconds, and follows once it thaws',
  async (_how, set) => {
    set()
    const [leader, ...others] = await openLeaderAndOthers()
    const channel = leader.channel as FreezableChannel
    const hear = channel.onmessage
    Object.assign(channel, { isFrozen: true, onmessage: null })
    await pass(2_000)
    expect(streams.length).toBeGreaterThanOrEqual(2)
    streams.at(-1)?.res.write(frame(ids.poll, 2))
    await untilSo(() => others.every(({ seen }) => seen.revisions.includes(`${ids.poll} 2`)))

    Object.assign(channel, { isFrozen: false, onmessage: hear })
    await untilSo(() => streams.length === 1)
    await pass(2_000)
    await areLive([leader, ...others])
    expect([streams.length, leader.seen.revisions]).toEqual([1, [`${ids.poll} 1`, `${ids.poll} 2`]])
  },
)

test('after a clock was set ahead or back, all tabs are live again within 3 s, on one stream', async () => {
  workingLocks()
  const opened = [await openTab(), await openTab({ polls: [ids.other] })]
  await areLive(opened)
  for (const set of [3_600_000, -7_200_000]) {
    vi.setSystemTime(Date.now() + set)
    await pass(4_000)
    expect([streams.length, opened.map((tab) => tab.state())]).toEqual([1, ['live', 'live']])
  }
})

test('topics of tabs that are opened and closed are added to the stream and taken from it', async () => {
  workingLocks()
  const one = await openTab()
  await areLive([one])
  const other = await openTab({ polls: [ids.other] })
  await areLive([one, other])
  expect(streams.map(({ url }) => url)).toEqual([
    `/api/streams?polls=${ids.poll},${ids.other}&after=E1.${ids.poll}.public.1.MAC`,
  ])
  other.close()
  await untilSo(() => streams.length === 1 && !streams[0]?.url.includes(`polls=${ids.poll},`))
  expect(one.seen.states).toEqual(['live'])
})

test.each([undefined, { hostKey: 'secret' }])(
  'a stream goes on from what its page came with, and where tabs share one, from what has been told already (access: %o)',
  async (access) => {
    workingLocks()
    const came = (revision: number): Told => {
      const id = `E1.${ids.poll}.public.${revision}.MAC`
      return { topic: ids.poll, id, event: 'snapshot', data: snapshotOf(ids.poll, revision) }
    }
    const one = await openTab(undefined, access, came(3))
    await untilSo(() => streams.length === 1)
    expect(streams[0]?.url).toContain(`after=E1.${ids.poll}.public.3.MAC`)
    streams[0]?.res.write(frame(ids.poll, 4))
    await untilSo(() => one.seen.revisions.length === 1)
    expect(one.seen.revisions).toEqual([`${ids.poll} 4`])
    const other = await openTab(undefined, access, came(2))
    await untilSo(
      () => other.state() !== undefined && (access ? streams.length === 2 : other.seen.revisions.length === 1),
    )
    if (access) expect(streams[1]?.url).toContain('.public.2.MAC')
    else expect([streams.length, other.seen.revisions]).toEqual([1, [`${ids.poll} 4`]])
  },
)

test('a tab that crashed is forgotten after ten seconds', async () => {
  workingLocks()
  const one = await openTab()
  const other = await openTab({ polls: [ids.other] })
  await areLive([one, other])
  Object.assign(other.channel as FreezableChannel, { isFrozen: true, onmessage: null })
  await untilSo(() => streams.some(({ url }) => url.startsWith(`/api/streams?polls=${ids.poll}&`)))
})

test('a tab that the leader has forgotten does not say that it is live, until what it shows is watched again', async () => {
  workingLocks()
  const one = await openTab()
  await areLive([one])
  const other = await openTab({ polls: [ids.other] })
  await areLive([one, other])
  const channel = other.channel as FreezableChannel
  channel.isFrozen = true
  await untilSo(() => other.state() === 'connecting')
  expect(streams.map(({ url }) => url.includes(ids.other))).toEqual([false])
  channel.isFrozen = false
  await areLive([other])
  expect(streams.map(({ url }) => url.includes(ids.other))).toEqual([true])
  expect(one.seen.states).toEqual(['live'])
})

test('more topics than one stream takes are on as few streams as there have to be', async () => {
  workingLocks()
  const many = Array.from({ length: 25 }, (_, index) => `poll${index}`)
  const tab = await openTab({ polls: many })
  await areLive([tab])
  expect(streams.map(({ url }) => url.split(',').length)).toEqual([20, 5])
  expect(tab.seen.revisions).toHaveLength(25)
})

test('where there is no channel between tabs, each opens its own stream', async () => {
  const requests = workingLocks()
  vi.stubGlobal('BroadcastChannel', function refuse() {
    throw new DOMException('Storage is blocked.', 'SecurityError')
  })
  const opened = await openTabs(2)
  await areLive(opened)
  expect(streams).toHaveLength(2)
  expect(requests).not.toHaveBeenCalled()
})

test('where a channel takes no message, each tab opens its own stream', async () => {
  workingLocks()
  vi.spyOn(FreezableChannel.prototype, 'postMessage').mockImplementation(() => {
    throw new DOMException('It is closed.', 'InvalidStateError')
  })
  await areLive(await openTabs(2))
  expect(streams).toHaveLength(2)
})

test('tabs whose messages all get lost are live, each by itself, and take nothing from each other', async () => {
  workingLocks()
  vi.spyOn(FreezableChannel.prototype, 'postMessage').mockImplementation(() => {})
  const opened = await openTabs(2)
  await areLive(opened)
  await pass(10_000)
  expect([streams.length, server.requests, opened.map(({ state }) => state())]).toEqual([2, 2, ['live', 'live']])
})

test('tabs that share a stream are told once of a poll that has ended, also one that is opened later', async () => {
  workingLocks()
  const both = { polls: [ids.poll, ids.other] }
  const opened = [await openTab(both), await openTab(both)]
  await areLive(opened)
  streams[0]?.res.write(endFrame(ids.poll))
  await untilSo(() => opened.every(({ seen }) => seen.ended.length > 0))
  opened.push(await openTab(both))
  await areLive(opened)
  expect(opened[2]?.seen).toMatchObject({ revisions: [`${ids.other} 1`], ended: [ids.poll] })
  await pass(500)
  streams.at(-1)?.res.end(endFrame(ids.other))
  await untilSo(() => opened.every(({ state }) => state() === 'gone'))
  for (const { seen } of opened) expect(seen.ended).toEqual([ids.poll, ids.other])
})

test.each([{ hostKey: 'secret' }, { code: 'ABCD' }, { isAnonymous: true }])(
  'a stream with %j is the tab’s own, and nothing of it is told to others',
  async (access) => {
    const requests = workingLocks()
    const opened = [await openTab(undefined, access), await openTab(undefined, access)]
    await areLive(opened)
    expect([streams.length, channels.length, requests.mock.calls.length]).toEqual([2, 0, 0])
  },
)

test('a tab that is closed before it knows of the others opens no stream', async () => {
  const tab = await openTab()
  tab.close()
  await pass(5_000)
  expect([tab.seen.states, server.requests]).toEqual([['closed'], 0])
})

test('when the server is gone, all tabs that share a stream are reconnecting', async () => {
  workingLocks()
  const opened = await openTabs(2)
  await areLive(opened)
  const before = server.requests
  for (const { res } of streams) res.destroy()
  await untilSo(() => opened.every(({ seen }) => seen.states.includes('reconnecting')))
  await areLive(opened)
  await until(() => server.requests > before)
})
