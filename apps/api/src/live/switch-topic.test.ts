import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProcess } from '../../testing/live-process.ts'
import { messageAt, SUBJECT } from '../../testing/topics.ts'

const PUBLIC = `${SUBJECT}/public`
const VOTED = `${SUBJECT}/voted`
const HOST = `${SUBJECT}/host`

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const settle = () => vi.advanceTimersByTimeAsync(1000)

/** What a stream got, as "event view revision". */
const shown = ({ reader }: Awaited<ReturnType<LiveProcess['join']>>) =>
  reader.events.map(({ name, topic, revision }) => `${name} ${topic.split('/')[1]} ${revision}`)

/** A gate that reads wait at. */
const closeGate = (node: LiveProcess) => {
  let open = () => {}
  node.gate = new Promise((resolve) => {
    open = resolve
  })
  return () => {
    node.gate = undefined
    open()
  }
}

test('a stream that switches gets the current state of the new topic, even if its revision is lower, and only that topic’s', async () => {
  const node = new LiveProcess()
  node.publish({ topic: PUBLIC, revision: 7 })
  const [stream, other] = [await node.join([PUBLIC]), await node.join([PUBLIC])]
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  node.publish({ topic: PUBLIC })
  node.publish({ topic: VOTED })
  await settle()
  expect(shown(stream)).toEqual(['snapshot public 7', 'snapshot voted 0', 'update voted 1'])
  expect(shown(other)).toEqual(['snapshot public 7', 'update public 8'])
  expect([node.counts, node.audiences.watching(SUBJECT)]).toEqual([[2, 2], 2])
})

test('a client that has seen the revision of the topic it comes from still gets the state of the one it goes to', async () => {
  const node = new LiveProcess()
  const stream = await node.join([{ name: PUBLIC, shown: 0 }])
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  expect(stream.reader.names).toEqual(['current', 'snapshot'])
})

test('the topic that the last stream has left costs no memory, and nothing is left when the stream closes', async () => {
  const node = new LiveProcess()
  const stream = await node.join([PUBLIC])
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  expect(node.counts).toEqual([1, 1])
  stream.leave()
  await vi.advanceTimersByTimeAsync(0)
  expect(node.counts).toEqual([0, 0])
  void node.heartbeat.stop(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('a slow reader gets the state of the new topic when it reads again, and nothing more of the old one', async () => {
  const node = new LiveProcess()
  const slow = await node.join([PUBLIC])
  slow.reader.stall()
  node.publish({ topic: PUBLIC })
  await settle()
  node.publish({ topic: PUBLIC })
  await settle()
  await node.audiences.switchTopic(slow.stream, PUBLIC, VOTED)
  node.publish({ topic: PUBLIC })
  node.publish({ topic: VOTED })
  await settle()
  slow.reader.resume()
  await settle()
  expect(shown(slow)).toEqual(['snapshot public 0', 'update public 1', 'snapshot voted 1'])
})

test('until the new topic has been read, the stream gets what there is of the old one', async () => {
  const node = new LiveProcess()
  const stream = await node.join([PUBLIC])
  const open = closeGate(node)
  const switched = node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  node.publish({ topic: PUBLIC })
  await settle()
  node.publish({ topic: VOTED })
  open()
  await switched
  expect(shown(stream)).toEqual(['snapshot public 0', 'update public 1', 'snapshot voted 1'])
})

test('one topic of several is switched, and the others go on', async () => {
  const node = new LiveProcess()
  const stream = await node.join([PUBLIC, 'poll:b/public'])
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  node.publish({ topic: 'poll:b/public' })
  await settle()
  expect(shown(stream)).toEqual(['snapshot public 0', 'snapshot public 0', 'snapshot voted 0', 'update public 1'])
})

test('if the new topic can’t be read the switch rejects, and the stream stays where it is', async () => {
  const node = new LiveProcess()
  const stream = await node.join([PUBLIC])
  node.isReadable = false
  await expect(node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)).rejects.toThrow('away')
  expect(node.counts).toEqual([1, 1])
  node.isReadable = true
  node.publish({ topic: PUBLIC })
  await settle()
  // It is not on the topic that it did not get to.
  await node.audiences.switchTopic(stream.stream, VOTED, HOST)
  expect(shown(stream)).toEqual(['snapshot public 0', 'update public 1'])
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  expect(shown(stream).at(-1)).toBe('snapshot voted 0')
})

test('a stream that is not on the topic, or closes meanwhile, or ends with it, is not switched, and nothing is left behind', async () => {
  const node = new LiveProcess()
  const stream = await node.join([PUBLIC])
  await node.audiences.switchTopic(stream.stream, HOST, VOTED)
  expect([shown(stream), node.counts]).toEqual([['snapshot public 0'], [1, 1]])

  const open = closeGate(node)
  const leaver = await node.join([PUBLIC])
  const switches = [leaver, stream].map((one) => node.audiences.switchTopic(one.stream, PUBLIC, VOTED))
  leaver.leave()
  node.publish({ topic: PUBLIC, event: 'end', last: true })
  await settle()
  open()
  await Promise.all(switches)
  stream.leave()
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  expect([shown(leaver), shown(stream)]).toEqual([['snapshot public 0'], ['snapshot public 0', 'end public 1']])
  expect(node.counts).toEqual([0, 0])
})

test('a stream that switches to a topic that has ended gets its last message, and ends', async () => {
  const node = new LiveProcess()
  node.stored.set(VOTED, { ...messageAt(3, VOTED), event: 'end', opening: { event: 'end', since: 0 }, last: true })
  const stream = await node.join([PUBLIC])
  await node.audiences.switchTopic(stream.stream, PUBLIC, VOTED)
  expect([shown(stream), stream.reader.writable.writableEnded]).toEqual([['snapshot public 0', 'end voted 3'], true])
  stream.leave()
  expect(node.counts).toEqual([0, 0])
})

test('of several switches at once the last one asked for holds, whichever topic is read first', async () => {
  for (const from of [PUBLIC, VOTED]) {
    for (const slow of [VOTED, HOST]) {
      const node = new LiveProcess()
      const stream = await node.join([PUBLIC])
      // The other topic is ready at once, because another stream is on it.
      await node.join([slow === VOTED ? HOST : VOTED])
      const open = closeGate(node)
      const switches = [
        node.audiences.switchTopic(stream.stream, PUBLIC, VOTED),
        // Asked for as one that comes from where the stream is, and from where it is going.
        node.audiences.switchTopic(stream.stream, from, HOST),
        node.audiences.switchTopic(stream.stream, from, HOST),
      ]
      await settle()
      open()
      await Promise.all(switches)
      node.publish({ topic: VOTED })
      node.publish({ topic: HOST })
      await settle()
      expect(shown(stream).slice(-2)).toEqual(['snapshot host 0', 'update host 1'])
      expect(shown(stream).filter((event) => event.startsWith('snapshot host'))).toHaveLength(1)
      expect(node.counts).toEqual([slow === VOTED ? 1 : 2, 2])
    }
  }
})

const views = [PUBLIC, VOTED, HOST]
const view = fc.constantFrom(...views)
const who = fc.nat()
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), topic: view }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), topic: view }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('switch' as const), who, topic: view }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('stall' as const, 'resume' as const, 'leave' as const), who }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 30 }) }) },
)

test('in any order of changes, joins, switches, slow readers and leaves, every stream ends on the newest of the last topic asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const node = new LiveProcess()
      const open: { joined: Awaited<ReturnType<LiveProcess['join']>>; topic: string }[] = []
      const pending: Promise<unknown>[] = []
      for (const one of steps) {
        if (one.do === 'publish') node.publish({ topic: one.topic })
        if (one.do === 'join')
          pending.push(node.join([one.topic]).then((joined) => open.push({ joined, topic: one.topic })))
        if (one.do === 'wait') await vi.advanceTimersByTimeAsync(one.ms)
        if (!('who' in one) || open.length === 0) continue
        const index = one.who % open.length
        const stream = open[index]
        if (!stream) continue
        if (one.do === 'stall') stream.joined.reader.stall()
        if (one.do === 'resume') stream.joined.reader.resume()
        if (one.do === 'switch') {
          // Not awaited: others are asked for meanwhile.
          pending.push(node.audiences.switchTopic(stream.joined.stream, stream.topic, one.topic))
          stream.topic = one.topic
        }
        if (one.do === 'leave') {
          stream.joined.leave()
          open.splice(index, 1)
        }
      }
      await Promise.all(pending)
      for (const { joined } of open) joined.reader.resume()
      await settle()
      for (const { joined, topic } of open) {
        const newest = node.stored.get(topic)?.revision ?? 0
        expect(joined.reader.events.at(-1)).toMatchObject({ topic, revision: newest })
        let before = { topic: '', revision: -1 }
        for (const event of joined.reader.events) {
          // All else begins with a snapshot.
          if (event.name === 'update') {
            expect(event.topic).toBe(before.topic)
            expect(event.revision).toBeGreaterThan(before.revision)
          }
          before = event
        }
      }
      expect(node.counts).toEqual([new Set(open.map(({ topic }) => topic)).size, open.length])
      for (const { joined } of open) joined.leave()
      await vi.advanceTimersByTimeAsync(0)
      expect(node.counts).toEqual([0, 0])
      void node.heartbeat.stop(0)
    }),
    { numRuns: 300 },
  )
})
