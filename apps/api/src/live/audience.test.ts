import { Writable } from 'node:stream'
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { messageAt, TOPIC } from '../../testing/topics.ts'
import { Audiences, TopicsEnded } from './audiences.ts'
import { Broker } from './broker.ts'
import { KEEPALIVE } from './frame.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Message } from './message.ts'
import { Stream } from './stream.ts'

const FRAME_BYTES = 300

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** The reader of a real Writable, which takes what is written only while it is reading. */
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

  /** The events that an SSE parser reads. */
  get events(): { name: string | undefined; topic: string; revision: number }[] {
    const events: { name: string | undefined; topic: string; revision: number }[] = []
    const parser = createParser({
      onEvent: ({ event, data }) => events.push({ name: event, ...JSON.parse(data) }),
    })
    for (const bytes of this.taken) parser.feed(bytes.toString())
    return events
  }

  get names(): (string | undefined)[] {
    return this.events.map(({ name }) => name)
  }

  revisions(topic = TOPIC): number[] {
    return this.events.filter((event) => event.topic === topic).map(({ revision }) => revision)
  }
}

/** A process with a store behind it, as the app wires them. */
class Process {
  readonly stored = new Map<string, Message>()
  readonly errors: unknown[] = []
  reads = 0
  isReadable = true
  /** If set, reads wait for it. */
  gate: Promise<void> | undefined
  readonly broker = new Broker({
    source: {
      read: async (topic) => {
        this.reads += 1
        await this.gate
        if (!this.isReadable) throw new Error('away')
        return this.#current(topic)
      },
    },
    onError: (error) => this.errors.push(error),
  })
  readonly heartbeat = new Heartbeat(60)
  readonly audiences = new Audiences(this.broker, this.heartbeat)

  publish(change: Partial<Message> = {}): void {
    const topic = change.topic ?? TOPIC
    const message = { ...messageAt(this.#current(topic).revision + 1, topic), ...change }
    this.stored.set(topic, message)
    this.broker.publish(message)
  }

  async join(topics = [TOPIC], shown?: number): Promise<{ reader: Reader; stream: Stream; leave: () => void }> {
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
    await this.audiences.join(topics, () => stream, shown)
    return { reader, stream, leave: () => this.audiences.leave(stream) }
  }

  /** Number of topics and of streams that take memory. */
  get counts(): number[] {
    return [this.broker.size, this.heartbeat.streams]
  }

  #current(topic: string): Message {
    return this.stored.get(topic) ?? messageAt(0, topic)
  }
}

const settle = () => vi.advanceTimersByTimeAsync(1000)

test('a stream gets the current state first and an update for each vote after it', async () => {
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
  const topics = ['poll:a', 'poll:b', 'poll:c']
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
  const node = new Process()
  const { reader, leave } = await node.join()
  reader.stall()
  node.publish()
  await settle()
  leave()
  await node.audiences.join([TOPIC], () => undefined)
  expect(node.counts).toEqual([0, 0])
  reader.resume()
  await settle()
  expect(reader.revisions()).toEqual([0, 1])
  node.heartbeat.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('a topic that can’t be read opens no stream and leaves nothing behind', async () => {
  const node = new Process()
  node.isReadable = false
  const open = vi.fn()
  await expect(node.audiences.join([TOPIC, 'poll:other'], open)).rejects.toThrow('away')
  await expect(node.audiences.join([TOPIC], open)).rejects.toThrow('away')
  expect([open.mock.calls.length, node.counts]).toEqual([0, [0, 0]])
})

test('a stream that has got a newer revision on another node gets no older one here, and the others get the newer one too', async () => {
  const node = new Process()
  const here = await node.join()
  // There were votes on another node, and the messages got lost.
  node.stored.set(TOPIC, messageAt(7))
  const reads = node.reads
  const back = await Promise.all([5, 7, 6, 7].map((shown) => node.join([TOPIC], shown)))
  for (const { reader } of back) expect(reader.names).toEqual(['snapshot'])
  for (const { reader } of back) expect(reader.revisions()).toEqual([7])
  await settle()
  expect(here.reader.revisions()).toEqual([0, 7])
  expect(node.reads).toBe(reads + 1)
})

test('a stream with a revision that does not exist, or can’t be read, gets the newest one here', async () => {
  const node = new Process()
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

test('a silent stream is kept alive every 15 s, and only a silent one', async () => {
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
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
  const node = new Process()
  const { reader, leave } = await node.join([TOPIC, 'poll:b'])
  node.publish(last)
  await settle()
  node.publish({ topic: 'poll:b' })
  await settle()
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'snapshot', 'end', 'update'], false])
  node.publish({ ...last, topic: 'poll:b' })
  await settle()
  expect([reader.names.at(-1), reader.writable.writableEnded]).toEqual(['end', true])
  leave()
  expect(node.counts).toEqual([0, 0])
})

test('a stream whose topics have all ended does not open; if only some have, it gets their last messages and the others', async () => {
  const node = new Process()
  node.publish(last)
  await expect(node.join()).rejects.toBeInstanceOf(TopicsEnded)
  node.publish({ ...last, topic: 'poll:b', opening: { event: 'end', since: 0 } })
  const { reader } = await node.join([TOPIC, 'poll:b', 'poll:c'])
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'end', 'snapshot'], false])
})

test('the last message of a topic that another process announces is read from the source', async () => {
  const node = new Process()
  const { reader } = await node.join()
  node.stored.set(TOPIC, { ...messageAt(1), ...last })
  node.broker.retain(TOPIC).announce(1)
  await settle()
  expect([reader.names, reader.writable.writableEnded]).toEqual([['snapshot', 'end'], true])
})

test('a stream that has ended is cut off after a minute if its client does not disconnect', async () => {
  const node = new Process()
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
  const ROOM = 'room:472915'
  const node = new Process()
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
      const node = new Process()
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
      node.heartbeat.stop()
    }),
    { numRuns: 300 },
  )
})
