import { Writable } from 'node:stream'
import type { Snapshot } from '@pollcast/shared/poll'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { snapshotAt } from '../../testing/snapshots.ts'
import { Audiences } from './audiences.ts'
import { Broker } from './broker.ts'
import { Pulse } from './pulse.ts'
import { MemorySnapshotCache } from './snapshot-cache.ts'
import { KEEPALIVE } from './sse-frame.ts'
import { Stream } from './stream.ts'
import { LocalWakeBus } from './wake-bus.ts'

const POLL = 'abcdefgh'
const FRAME_BYTES = 300

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A reader at the far end of a real Writable, which takes what is written only while it is reading. */
class Reader {
  readonly taken: Buffer[] = []
  readonly writable: Writable
  #reading = true
  #take: (() => void) | undefined

  constructor() {
    this.writable = new Writable({
      write: (bytes, _encoding, done) => {
        const take = () => {
          if (bytes.length > 0) this.taken.push(bytes)
          done()
        }
        if (this.#reading) take()
        else this.#take = take
      },
    })
  }

  stall(): void {
    this.#reading = false
  }

  resume(): void {
    this.#reading = true
    this.#take?.()
    this.#take = undefined
  }

  /** What an SSE parser makes of it. */
  get events(): { name: string | undefined; snapshot: Snapshot }[] {
    const events: { name: string | undefined; snapshot: Snapshot }[] = []
    const parser = createParser({
      onEvent: ({ event, data }) => events.push({ name: event, snapshot: JSON.parse(data) }),
    })
    for (const bytes of this.taken) parser.feed(bytes.toString())
    return events
  }

  revisions(pollId = POLL): number[] {
    return this.events.filter(({ snapshot }) => snapshot.pollId === pollId).map(({ snapshot }) => snapshot.revision)
  }
}

/** A room with a store behind it, as the app wires them. */
class Room {
  readonly revisions = new Map<string, number>()
  readonly errors: unknown[] = []
  reads = 0
  isReadable = true
  /** While it is set, reads wait for it. */
  gate: Promise<void> | undefined
  readonly cache = new MemorySnapshotCache()
  readonly broker = new Broker({
    cache: this.cache,
    bus: new LocalWakeBus(),
    source: {
      snapshot: async (pollId) => {
        this.reads += 1
        await this.gate
        if (!this.isReadable) throw new Error('away')
        return snapshotAt(this.revisions.get(pollId) ?? 0, pollId)
      },
    },
    onError: (error) => this.errors.push(error),
  })
  readonly pulse = new Pulse(60)
  readonly audiences = new Audiences(this.broker, this.pulse)

  vote(pollId = POLL): void {
    const revision = (this.revisions.get(pollId) ?? 0) + 1
    this.revisions.set(pollId, revision)
    this.broker.publish(snapshotAt(revision, pollId))
  }

  async join(pollIds = [POLL], shown?: number): Promise<{ reader: Reader; stream: Stream; leave: () => void }> {
    const reader = new Reader()
    const { writable } = reader
    const stream = new Stream({
      write: (bytes) => {
        writable.write(bytes)
        return writable.writableLength === 0
      },
      whenWritten: (written) => writable.write(new Uint8Array(), written),
      end: () => writable.end(),
      destroy: () => writable.destroy(),
    })
    await this.audiences.join(pollIds, () => stream, shown)
    return { reader, stream, leave: () => this.audiences.leave(pollIds, stream) }
  }
}

const settle = () => vi.advanceTimersByTimeAsync(1000)

test('a stream gets the current snapshot first and an update for each vote after it', async () => {
  const room = new Room()
  room.vote()
  const { reader } = await room.join()
  room.vote()
  await settle()
  room.vote()
  await settle()
  expect(reader.events.map(({ name, snapshot }) => [name, snapshot.revision])).toEqual([
    ['snapshot', 1],
    ['update', 2],
    ['update', 3],
  ])
})

test('every stream is written the very same bytes, encoded once', async () => {
  const room = new Room()
  const readers = await Promise.all(Array.from({ length: 300 }, async () => (await room.join()).reader))
  room.vote()
  await settle()
  const [first, update] = readers[0]?.taken ?? []
  for (const reader of readers) {
    expect(reader.taken[0]).toBe(first)
    expect(reader.taken[1]).toBe(update)
  }
})

test('behind a slow reader there is one frame at most, and then the newest', async () => {
  const room = new Room()
  const { reader, stream } = await room.join()
  reader.stall()
  for (let vote = 0; vote < 1000; vote += 1) {
    room.vote()
    await vi.advanceTimersByTimeAsync(5)
    expect(reader.writable.writableLength).toBeLessThan(FRAME_BYTES)
  }
  expect(stream.blocked).toBe(true)
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([0, 1, 1000])
})

test('a stream of several polls has the snapshot of each, and a slow reader then gets the newest of each', async () => {
  const room = new Room()
  const polls = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']
  const { reader } = await room.join(polls)
  reader.stall()
  for (const poll of polls) room.vote(poll)
  await settle()
  for (const poll of polls) room.vote(poll)
  await settle()
  reader.resume()
  await settle()
  expect(polls.map((poll) => reader.revisions(poll).at(-1))).toEqual([2, 2, 2])
})

test('a stream that leaves frees everything, also while its reader is stuck or its poll is still being read', async () => {
  const room = new Room()
  const { reader, leave } = await room.join()
  reader.stall()
  room.vote()
  await settle()
  leave()
  await room.audiences.join([POLL], () => undefined)
  expect([room.audiences.size, room.broker.watched, room.cache.size, room.pulse.streams]).toEqual([0, 0, 0, 0])
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([0, 1])
  room.pulse.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('a poll that cannot be read opens no stream and leaves nothing', async () => {
  const room = new Room()
  const broker = new Broker({
    cache: new MemorySnapshotCache(),
    bus: new LocalWakeBus(),
    source: { snapshot: () => Promise.reject(new Error('no such poll')) },
    onError: () => {},
  })
  const audiences = new Audiences(broker, room.pulse)
  const open = vi.fn()
  await expect(audiences.join([POLL], open)).rejects.toThrow('no such poll')
  await expect(audiences.join([POLL], open)).rejects.toThrow('no such poll')
  expect([open.mock.calls.length, audiences.size, broker.watched]).toEqual([0, 0, 0])
})

test('a stream that was shown a newer revision elsewhere is not shown an older one here, and tells the others of it', async () => {
  const room = new Room()
  const here = await room.join()
  // Voted elsewhere, and the wakes got lost.
  room.revisions.set(POLL, 7)
  const reads = room.reads
  const back = await Promise.all([5, 7, 6, 7].map((shown) => room.join([POLL], shown)))
  for (const { reader } of back) expect(reader.events.map(({ name }) => name)).toEqual(['snapshot'])
  for (const { reader } of back) expect(reader.revisions()).toEqual([7])
  await settle()
  expect(here.reader.revisions()).toEqual([0, 7])
  expect(room.reads).toBe(reads + 1)
})

test('a stream that was shown more than there is, or than can be read, gets what there is', async () => {
  const room = new Room()
  room.vote()
  const here = await room.join()
  expect((await room.join([POLL], 99)).reader.revisions()).toEqual([1])
  room.isReadable = false
  expect((await room.join([POLL], 2)).reader.revisions()).toEqual([1])
  room.isReadable = true
  room.gate = new Promise(() => {})
  const patient = room.join([POLL], 2)
  await vi.advanceTimersByTimeAsync(2000)
  expect((await patient).reader.revisions()).toEqual([1])
  room.vote()
  await settle()
  expect(here.reader.revisions()).toEqual([1, 2])
  expect(room.errors).toEqual([new Error('away'), new Error('away')])
})

test('a silent stream is kept alive every 15 s, and only a silent one', async () => {
  const room = new Room()
  const { reader } = await room.join()
  const keepalives = () => reader.taken.filter((bytes) => bytes.equals(KEEPALIVE)).length
  await vi.advanceTimersByTimeAsync(14_000)
  expect(keepalives()).toBe(0)
  await vi.advanceTimersByTimeAsync(1500)
  expect(keepalives()).toBe(1)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(keepalives()).toBe(2)
  room.vote()
  await vi.advanceTimersByTimeAsync(14_000)
  expect(keepalives()).toBe(2)
})

test('a reader that takes nothing for a minute is cut off, one that takes again in time is not', async () => {
  const room = new Room()
  const stuck = await room.join()
  const slow = await room.join()
  for (const { reader } of [stuck, slow]) reader.stall()
  room.vote()
  await vi.advanceTimersByTimeAsync(50_000)
  slow.reader.resume()
  await vi.advanceTimersByTimeAsync(15_000)
  expect([stuck.reader.writable.destroyed, slow.reader.writable.destroyed]).toEqual([true, false])
})

test('a sweep over many streams lets the event loop run between its slices', async () => {
  const room = new Room()
  const readers = await Promise.all(Array.from({ length: 1000 }, async () => (await room.join()).reader))
  room.vote()
  let reached = 0
  setImmediate(() => {
    reached = readers.filter((reader) => reader.taken.length > 1).length
  })
  await settle()
  expect(reached).toBeGreaterThan(0)
  expect(reached).toBeLessThan(1000)
  expect(readers.every((reader) => reader.revisions().at(-1) === 1)).toBe(true)
})

test('votes without end are shown at a pace that leaves most of the time to them, and the last one is shown', async () => {
  const room = new Room()
  const readers = await Promise.all(Array.from({ length: 300 }, async () => (await room.join()).reader))
  // Each turn of the event loop takes ten milliseconds, so that a sweep takes twenty, and a rest forty.
  vi.spyOn(globalThis, 'setImmediate').mockImplementation(((turn: () => void) => setTimeout(turn, 10)) as never)
  for (let millisecond = 0; millisecond < 600; millisecond += 1) {
    room.vote()
    await vi.advanceTimersByTimeAsync(1)
  }
  const shown = readers[0]?.taken.length ?? 0
  expect(shown).toBeGreaterThan(600 / 80)
  expect(shown).toBeLessThan(600 / 40)
  await settle()
  expect(readers.every((reader) => reader.revisions().at(-1) === 600)).toBe(true)
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('vote' as const), times: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('stall', 'resume', 'leave'), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) }) },
)

test('in any order of votes, joins, slow readers and leaves every stream ends on the newest and never goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const room = new Room()
      const open: { reader: Reader; leave: () => void }[] = []
      const left: Reader[] = []
      const joining: Promise<void>[] = []
      for (const one of steps) {
        if (one.do === 'vote') for (let times = one.times; times > 0; times -= 1) room.vote()
        // Not awaited: votes come while it is on its way.
        if (one.do === 'join') joining.push(room.join().then((joined) => void open.push(joined)))
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

      const newest = room.revisions.get(POLL) ?? 0
      for (const { reader } of open) expect(reader.revisions().at(-1)).toBe(newest)
      for (const reader of [...open.map((one) => one.reader), ...left]) {
        const names = reader.events.map(({ name }) => name)
        const revisions = reader.revisions()
        expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
        expect(names).toEqual(names.map((_, index) => (index === 0 ? 'snapshot' : 'update')))
      }
      for (const { leave } of open) leave()
      await vi.advanceTimersByTimeAsync(0)
      expect([room.audiences.size, room.broker.watched, room.cache.size, room.pulse.streams]).toEqual([0, 0, 0, 0])
      room.pulse.stop()
    }),
    { numRuns: 300 },
  )
})
