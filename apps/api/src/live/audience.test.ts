import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProcess, type Reader } from '../../testing/live-process.ts'
import { messageAt, SUBJECT, TOPIC } from '../../testing/topics.ts'
import { TopicsEnded } from './audiences.ts'
import { KEEPALIVE } from './frame.ts'

const FRAME_BYTES = 300

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const settle = () => vi.advanceTimersByTimeAsync(1000)

test('a stream gets the current state first and an update for each vote after it', async () => {
  const node = new LiveProcess()
  node.publish()
  const { reader } = await node.join()
  node.publish()
  await settle()
  node.publish()
  await settle()
  expect(reader.events.map(({ name, revision }) => [name, revision])).toEqual([
    ['snapshot', 1],
    ['update', 2],
    ['update', 3],
  ])
})

test('every stream is written the very same bytes, encoded once', async () => {
  const node = new LiveProcess()
  const readers = await Promise.all(Array.from({ length: 300 }, async () => (await node.join()).reader))
  node.publish()
  await settle()
  const [first, update] = readers[0]?.taken ?? []
  for (const reader of readers) {
    expect(reader.taken[0]).toBe(first)
    expect(reader.taken[1]).toBe(update)
  }
})

test('behind a slow reader there is one frame at most, and then the newest', async () => {
  const node = new LiveProcess()
  const { reader, stream } = await node.join()
  reader.stall()
  for (let publish = 0; publish < 1000; publish += 1) {
    node.publish()
    await vi.advanceTimersByTimeAsync(5)
    expect(reader.writable.writableLength).toBeLessThan(FRAME_BYTES)
  }
  expect(stream.blocked).toBe(true)
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([0, 1, 1000])
})

test('a stream of several topics has the current state of each, and a slow reader then gets the newest of each', async () => {
  const node = new LiveProcess()
  const topics = ['poll:a/public', 'poll:b/public', 'poll:c/public']
  const { reader } = await node.join(topics)
  reader.stall()
  for (const topic of topics) node.publish({ topic })
  await settle()
  for (const topic of topics) node.publish({ topic })
  await settle()
  reader.resume()
  await settle()
  expect(topics.map((topic) => reader.revisions(topic).at(-1))).toEqual([2, 2, 2])
})

test('a stream that leaves frees everything, even if its reader is stuck or its topic is still being read', async () => {
  const node = new LiveProcess()
  const { reader, leave } = await node.join()
  reader.stall()
  node.publish()
  await settle()
  leave()
  await node.audiences.join([{ name: TOPIC }], () => undefined)
  expect(node.counts).toEqual([0, 0])
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([0, 1])
  void node.heartbeat.stop(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('a topic that can’t be read opens no stream and leaves nothing behind', async () => {
  const node = new LiveProcess()
  node.isReadable = false
  const open = vi.fn()
  await expect(node.audiences.join([{ name: TOPIC }, { name: 'poll:other/public' }], open)).rejects.toThrow('away')
  await expect(node.audiences.join([{ name: TOPIC }], open)).rejects.toThrow('away')
  expect([open.mock.calls.length, node.counts]).toEqual([0, [0, 0]])
})

test('a stream that has got a newer revision on another node gets no older one here, and the others get the newer one too', async () => {
  const node = new LiveProcess()
  const here = await node.join()
  // There were votes on another node, and the messages got lost.
  node.stored.set(TOPIC, messageAt(7))
  const reads = node.reads
  const back = await Promise.all([5, 7, 6, 7].map((shown) => node.join([TOPIC], shown)))
  expect(back.map(({ reader }) => reader.names)).toEqual([['snapshot'], ['current'], ['snapshot'], ['current']])
  expect(back.map(({ reader }) => reader.revisions())).toEqual([[7], [], [7], []])
  await settle()
  expect(here.reader.revisions()).toEqual([0, 7])
  expect(node.reads).toBe(reads + 1)
})

test('a stream with a revision that does not exist, or can’t be read, gets the newest one here', async () => {
  const node = new LiveProcess()
  node.publish()
  const here = await node.join()
  expect((await node.join([TOPIC], 99)).reader.revisions()).toEqual([1])
  node.isReadable = false
  expect((await node.join([TOPIC], 2)).reader.revisions()).toEqual([1])
  node.isReadable = true
  node.gate = new Promise(() => {})
  const waiting = node.join([TOPIC], 2)
  await vi.advanceTimersByTimeAsync(2000)
  expect((await waiting).reader.revisions()).toEqual([1])
  node.publish()
  await settle()
  expect(here.reader.revisions()).toEqual([1, 2])
  expect(node.errors).toEqual([new Error('away')])
})

test('a stream whose client has seen the newest message gets word of that and only newer ones, each topic for itself', async () => {
  const node = new LiveProcess()
  const other = 'poll:b/public'
  node.publish()
  node.publish({ topic: other })
  node.publish({ topic: other })
  const { reader } = await node.join([
    { name: TOPIC, shown: 1 },
    { name: other, shown: 1 },
  ])
  expect(reader.taken[0]?.toString()).toBe('event: current\nid: 1\nretry: 1000\ndata: {}\n\n')
  expect(reader.names).toEqual(['current', 'snapshot'])
  node.publish()
  await settle()
  expect([reader.names, reader.revisions()]).toEqual([['current', 'snapshot', 'update'], [2]])
})

test('a stream that is opened later than a second after the last change is told the time of its own opening', async () => {
  vi.setSystemTime(Date.UTC(2026, 10, 26, 12))
  const node = new LiveProcess()
  node.publish({ json: JSON.stringify({ topic: TOPIC, revision: 1, now: null }) })
  const now = async () => /"now":"(.*)"/.exec(`${(await node.join()).reader.taken[0]}`)?.[1]
  expect(await now()).toBe('2026-11-26T12:00:00.000Z')
  await vi.advanceTimersByTimeAsync(5000)
  expect(await now()).toBe('2026-11-26T12:00:05.000Z')
})

test('streams on a subject are counted in all its views, and those on other subjects are not', async () => {
  const node = new LiveProcess()
  const host = `${SUBJECT}/host`
  expect(node.audiences.watching(SUBJECT)).toBe(0)
  const streams = await Promise.all([node.join(), node.join(), node.join([host]), node.join(['poll:b/public'])])
  expect([node.audiences.watching(SUBJECT), node.audiences.watching('poll:b')]).toEqual([3, 1])
  for (const { leave } of streams.slice(1)) leave()
  expect([node.audiences.watching(SUBJECT), node.audiences.watching('poll:b')]).toEqual([1, 0])
})

test('a change that a view does not show writes nothing to its streams', async () => {
  const node = new LiveProcess()
  const host = `${SUBJECT}/host`
  const [hidden, shown] = [await node.join(), await node.join([host])]
  node.publish({ topic: host })
  await settle()
  expect([hidden.reader.names, shown.reader.names]).toEqual([['snapshot'], ['snapshot', 'update']])
})

test('a silent stream is kept alive every 15 s, and only a silent one', async () => {
  const node = new LiveProcess()
  const { reader } = await node.join()
  const keepalives = () => reader.taken.filter((bytes) => bytes.equals(KEEPALIVE)).length
  await vi.advanceTimersByTimeAsync(14_000)
  expect(keepalives()).toBe(0)
  await vi.advanceTimersByTimeAsync(1500)
  expect(keepalives()).toBe(1)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(keepalives()).toBe(2)
  node.publish()
  await vi.advanceTimersByTimeAsync(14_000)
  expect(keepalives()).toBe(2)
})

test('a reader that reads nothing for a minute is cut off, one that reads again in time is not', async () => {
  const node = new LiveProcess()
  const stuck = await node.join()
  const slow = await node.join()
  for (const { reader } of [stuck, slow]) reader.stall()
  node.publish()
  await vi.advanceTimersByTimeAsync(50_000)
  slow.reader.resume()
  await vi.advanceTimersByTimeAsync(15_000)
  expect([stuck.reader.writable.destroyed, slow.reader.writable.destroyed]).toEqual([true, false])
})

test('a sweep over many streams lets the event loop run between its slices', async () => {
  const node = new LiveProcess()
  const readers = await Promise.all(Array.from({ length: 1000 }, async () => (await node.join()).reader))
  node.publish()
  let reached = 0
  setImmediate(() => {
    reached = readers.filter((reader) => reader.taken.length > 1).length
  })
  await settle()
  expect(reached).toBeGreaterThan(0)
  expect(reached).toBeLessThan(1000)
  expect(readers.every((reader) => reader.revisions().at(-1) === 1)).toBe(true)
})

test('a flood of messages is written at a pace that leaves most of the time to votes, and the last one is written', async () => {
  const node = new LiveProcess()
  const readers = await Promise.all(Array.from({ length: 300 }, async () => (await node.join()).reader))
  // Each turn of the event loop takes 10 ms, so a sweep takes 20 ms, and the pause after it 40 ms.
  vi.spyOn(globalThis, 'setImmediate').mockImplementation(((turn: () => void) => setTimeout(turn, 10)) as never)
  for (let millisecond = 0; millisecond < 600; millisecond += 1) {
    node.publish()
    await vi.advanceTimersByTimeAsync(1)
  }
  const shown = readers[0]?.taken.length ?? 0
  expect(shown).toBeGreaterThan(600 / 80)
  expect(shown).toBeLessThan(600 / 40)
  await settle()
  expect(readers.every((reader) => reader.revisions().at(-1) === 600)).toBe(true)
})

const last = { event: 'end', json: JSON.stringify({ topic: TOPIC, revision: 1 }), last: true } as const

test('the last message of a topic reaches every stream, those of slow readers too, and then each of them ends', async () => {
  const node = new LiveProcess()
  const streams = await Promise.all(Array.from({ length: 300 }, () => node.join()))
  const slow = streams.slice(0, 3)
  for (const { reader } of slow) reader.stall()
  node.publish()
  await settle()
  node.publish(last)
  await settle()
  const ended = streams.map(({ reader }) => reader.writable.writableEnded)
  expect(ended).toEqual(streams.map((_, index) => index >= slow.length))
  for (const { reader } of slow) reader.resume()
  await settle()
  for (const { reader } of streams) {
    // A slow reader may have got the frame before it as well, and nothing else.
    expect(reader.names.at(-1)).toBe('end')
    expect(reader.names.filter((name) => name === 'end')).toHaveLength(1)
    expect(reader.writable.writableFinished).toBe(true)
  }
  expect(node.broker.size).toBe(0)
  for (const { leave } of streams) leave()
  expect(node.counts).toEqual([0, 0])
})

test('a stream of several topics stays open until the last of them has ended', async () => {
  const node = new LiveProcess()
  const { reader, leave } = await node.join([TOPIC, 'poll:b/public'])
  node.publish(last)
  await settle()
  node.publish({ topic: 'poll:b/public' })
  await settle()
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'snapshot', 'end', 'update'], false])
  node.publish({ ...last, topic: 'poll:b/public' })
  await settle()
  expect([reader.names.at(-1), reader.writable.writableEnded]).toEqual(['end', true])
  leave()
  expect(node.counts).toEqual([0, 0])
})

test('a stream whose topics have all ended does not open; if only some have, it gets their last messages and the others', async () => {
  const node = new LiveProcess()
  node.publish(last)
  await expect(node.join()).rejects.toBeInstanceOf(TopicsEnded)
  node.publish({ ...last, topic: 'poll:b/public', opening: { event: 'end', since: 0 } })
  const { reader } = await node.join([TOPIC, 'poll:b/public', 'poll:c/public'])
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'end', 'snapshot'], false])
})

test('the last message of a topic that another process announces is read from the source', async () => {
  const node = new LiveProcess()
  const { reader } = await node.join()
  node.stored.set(TOPIC, { ...messageAt(1), ...last })
  node.broker.retain(TOPIC).announce(1)
  await settle()
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'end'], true])
})

test('a stream that has ended is cut off after a minute if its client does not disconnect', async () => {
  const node = new LiveProcess()
  const { reader, stream } = await node.join()
  const destroy = vi.spyOn(stream, 'destroy')
  node.publish(last)
  await vi.advanceTimersByTimeAsync(50_000)
  expect(destroy).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(15_000)
  expect(destroy).toHaveBeenCalled()
  expect(reader.taken.some((bytes) => bytes.equals(KEEPALIVE))).toBe(false)
})

test('a room moves all its streams to the next poll with one frame, and slow readers do not miss it', async () => {
  const ROOM = 'room:472915/public'
  const node = new LiveProcess()
  const inRoom = (poll: string) => JSON.stringify({ topic: ROOM, poll })
  // The room's topic repeats the poll that is on. Streams that have got nothing since the last move get the room.
  const move = (revision: number, poll: string) =>
    node.publish({
      topic: ROOM,
      revision,
      event: 'room',
      json: inRoom(poll),
      opening: { event: 'room', since: revision },
    })
  const vote = (revision: number, since: number, poll: string) =>
    node.publish({
      topic: ROOM,
      revision,
      event: 'update',
      json: `"${poll}"`,
      opening: { event: 'room', since, json: inRoom(poll) },
    })

  move(1, 'first')
  const streams = await Promise.all(Array.from({ length: 2000 }, () => node.join([ROOM])))
  const [slow, ...others] = streams
  slow?.reader.stall()
  vote(2, 1, 'first')
  // The heartbeat visits all streams twice a second: this ends between two ticks.
  await vi.advanceTimersByTimeAsync(1250)
  const reads = node.reads
  const sweeps = vi.spyOn(globalThis, 'setImmediate')
  move(3, 'second')
  await vi.advanceTimersByTimeAsync(100)
  const frame = others[0]?.reader.taken.at(-1)
  expect(frame?.toString()).toContain(`event: room\nid: 3\n`)
  expect(others.every(({ reader }) => reader.taken.at(-1) === frame)).toBe(true)
  // One sweep: a turn of the event loop for every 128 streams after the first 128.
  expect(sweeps).toHaveBeenCalledTimes(Math.ceil(2000 / 128) - 1)
  expect(node.reads).toBe(reads)

  vote(4, 3, 'second')
  await settle()
  slow?.reader.resume()
  await settle()
  const events = (reader: Reader | undefined) =>
    reader?.taken.map((bytes) => /event: (\w+)\nid: (\d+)/.exec(`${bytes}`)?.slice(1).join(' '))
  expect(events(others[0]?.reader)).toEqual(['room 1', 'update 2', 'room 3', 'update 4'])
  expect(events(slow?.reader)).toEqual(['room 1', 'update 2', 'room 4'])
  expect(slow?.reader.taken.at(-1)?.toString()).toContain(inRoom('second'))
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('vote' as const), times: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('stall', 'resume', 'leave'), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) }) },
)

test('in any order of publishes, joins, slow readers and leaves, every stream ends on the newest and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const node = new LiveProcess()
      const open: { reader: Reader; leave: () => void }[] = []
      const left: Reader[] = []
      const joining: Promise<void>[] = []
      for (const one of steps) {
        if (one.do === 'vote') for (let times = one.times; times > 0; times -= 1) node.publish()
        // Not awaited: votes come while the stream opens.
        if (one.do === 'join') joining.push(node.join().then((joined) => void open.push(joined)))
        if (one.do === 'wait') await vi.advanceTimersByTimeAsync(one.ms)
        if (!('who' in one) || open.length === 0) continue
        const index = one.who % open.length
        if (one.do === 'stall') open[index]?.reader.stall()
        if (one.do === 'resume') open[index]?.reader.resume()
        if (one.do === 'leave') {
          const [leaver] = open.splice(index, 1)
          leaver?.leave()
          if (leaver) left.push(leaver.reader)
        }
      }
      await Promise.all(joining)
      for (const { reader } of open) reader.resume()
      await settle()

      const newest = node.stored.get(TOPIC)?.revision ?? 0
      for (const { reader } of open) expect(reader.revisions().at(-1)).toBe(newest)
      for (const reader of [...open.map((one) => one.reader), ...left]) {
        const { names } = reader
        const revisions = reader.revisions()
        expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
        expect(names).toEqual(names.map((_, index) => (index === 0 ? 'snapshot' : 'update')))
      }
      for (const { leave } of open) leave()
      await vi.advanceTimersByTimeAsync(0)
      expect(node.counts).toEqual([0, 0])
      void node.heartbeat.stop(0)
    }),
    { numRuns: 300 },
  )
})
