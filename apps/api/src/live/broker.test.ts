import type { Snapshot } from '@pollcast/shared/poll'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { snapshotAt } from '../../testing/snapshots.ts'
import { Broker, type SnapshotSource } from './broker.ts'
import { MemorySnapshotCache } from './snapshot-cache.ts'
import { LocalWakeBus } from './wake-bus.ts'

const POLL = 'abcdefgh'
const RECHECK = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A store of one poll, at a revision that the test sets. */
class Source implements SnapshotSource {
  revision = 0
  reads = 0
  /** While it is set, reads wait for it. */
  gate: Promise<void> | undefined

  async snapshot(pollId: string): Promise<Snapshot> {
    this.reads += 1
    const read = snapshotAt(this.revision, pollId)
    await this.gate
    return read
  }
}

const setUp = (bus = new LocalWakeBus(), source = new Source()) => {
  const cache = new MemorySnapshotCache()
  const errors: unknown[] = []
  const broker = new Broker({ cache, bus, source, onError: (error) => errors.push(error), recheck: RECHECK })
  const leaving = new AbortController()
  const changes = broker.changes(POLL, leaving.signal)
  const next = async () => (await changes.next()).value.revision
  return { broker, cache, source, bus, errors, leaving, changes, next }
}

const gate = () => {
  let open = () => {}
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { closed, open }
}

test('the current snapshot comes first, then each newer one', async () => {
  const { broker, source, next } = setUp()
  source.revision = 3
  expect(await next()).toBe(3)
  broker.publish(snapshotAt(4))
  expect(await next()).toBe(4)
})

test('an older snapshot that is published late changes nothing', async () => {
  const { broker, cache, next } = setUp()
  await next()
  broker.publish(snapshotAt(5))
  broker.publish(snapshotAt(4))
  expect(await next()).toBe(5)
  expect(cache.read(POLL)?.revision).toBe(5)
})

test('whoever is slow to ask gets the newest, not the ones between', async () => {
  const { broker, next } = setUp()
  await next()
  for (let revision = 1; revision <= 100; revision += 1) broker.publish(snapshotAt(revision))
  expect(await next()).toBe(100)
})

test('what is published while the first snapshot is being read is not lost', async () => {
  const { broker, source, next } = setUp()
  const { closed, open } = gate()
  source.gate = closed
  const first = next()
  broker.publish(snapshotAt(1))
  open()
  expect(await first).toBe(0)
  expect(await next()).toBe(1)
})

test('a wake from another process is answered with one read, and wakes that come while reading with one more', async () => {
  const { bus, source, next } = setUp()
  await next()
  const { closed, open } = gate()
  source.gate = closed
  source.revision = 2
  const second = next()
  bus.publish({ pollId: POLL, revision: 2 })
  await vi.advanceTimersByTimeAsync(0)
  source.revision = 5
  for (const revision of [3, 4, 5]) bus.publish({ pollId: POLL, revision })
  open()
  expect([await second, await next()]).toEqual([2, 5])
  expect(source.reads).toBe(3)
})

test('a vote that was read here before it is published is told of all the same, once for all votes that share it', async () => {
  const { broker, bus, source, next } = setUp()
  const told: number[] = []
  bus.listen(({ revision }) => told.push(revision))
  await next()
  // Committed, and read on account of another node's wake, before the answer to its COMMIT has arrived.
  source.revision = 2
  bus.publish({ pollId: POLL, revision: 1 })
  expect(await next()).toBe(2)
  const own = snapshotAt(2)
  for (let votes = 0; votes < 3; votes += 1) broker.publish(own)
  expect(told).toEqual([1, 2])
  expect(source.reads).toBe(2)
})

test('a lost wake is healed by the timeout, which reads the poll again', async () => {
  const { source, next } = setUp()
  await next()
  source.revision = 9
  const healed = next()
  await vi.advanceTimersByTimeAsync(RECHECK)
  expect(await healed).toBe(9)
})

test('a poll whose wakes may have been lost is read again at once, and once more if that was while reading', async () => {
  const { broker, source, next } = setUp()
  await next()
  source.revision = 1
  const second = next()
  broker.recheck(POLL)
  expect(await second).toBe(1)

  const { closed, open } = gate()
  source.gate = closed
  source.revision = 2
  const third = next()
  broker.recheck(POLL)
  await vi.advanceTimersByTimeAsync(0)
  source.revision = 3
  broker.recheck(POLL)
  broker.recheck(POLL)
  open()
  expect([await third, await next()]).toEqual([2, 3])
  expect(source.reads).toBe(4)
  broker.recheck('another')
})

test('a wake that promises more than there is does not make it read for ever', async () => {
  const { bus, source, next } = setUp()
  await next()
  const later = next()
  bus.publish({ pollId: POLL, revision: 100 })
  await vi.advanceTimersByTimeAsync(RECHECK / 2)
  expect(source.reads).toBe(2)
  source.revision = 1
  await vi.advanceTimersByTimeAsync(RECHECK)
  expect(await later).toBe(1)
})

test('a poll that cannot be read at the start is refused, and one that cannot later keeps what it has', async () => {
  const { source, errors, next, broker } = setUp()
  vi.spyOn(source, 'snapshot').mockRejectedValueOnce(new Error('gone'))
  await expect(next()).rejects.toThrow('gone')
  expect(broker.watched).toBe(0)

  const other = setUp()
  await other.next()
  vi.spyOn(other.source, 'snapshot').mockRejectedValueOnce(new Error('away'))
  other.source.revision = 1
  const later = other.next()
  await vi.advanceTimersByTimeAsync(RECHECK)
  expect(other.errors).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(RECHECK)
  expect(await later).toBe(1)
  expect(errors).toHaveLength(0)
})

test('an abort ends a parked watcher at once, and a poll nobody watches leaves nothing', async () => {
  const { broker, cache, leaving, next } = setUp()
  await next()
  const parked = next()
  leaving.abort(new Error('left'))
  await expect(parked).rejects.toThrow('left')
  expect([broker.watched, cache.size, vi.getTimerCount()]).toEqual([0, 0, 0])
})

test('publishing polls that nobody watches keeps nothing', () => {
  const { broker, cache } = setUp()
  for (let poll = 0; poll < 1000; poll += 1) broker.publish(snapshotAt(1, `poll${poll}`))
  expect([broker.watched, cache.size]).toEqual([0, 0])
})

test('in any order of publishes on two nodes, with wakes lost at will, both end on the newest and never go back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ node: fc.nat(1), lost: fc.boolean(), late: fc.nat(3) }), { maxLength: 30 }),
      async (votes) => {
        const source = new Source()
        // Each node has a bus of its own; what crosses over is up to the example.
        const nodes = [setUp(new LocalWakeBus(), source), setUp(new LocalWakeBus(), source)]
        const seen: number[][] = [[], []]
        const watching = nodes.map(async ({ changes }, index) => {
          for await (const snapshot of changes) seen[index]?.push(snapshot.revision)
        })
        for (const { node, lost, late } of votes) {
          source.revision += 1
          const snapshot = snapshotAt(source.revision)
          setTimeout(() => nodes[node]?.broker.publish(snapshot), late)
          const wake = { pollId: POLL, revision: snapshot.revision }
          if (!lost) setTimeout(() => nodes[1 - node]?.bus.publish(wake), late + 1)
          await vi.advanceTimersByTimeAsync(1)
        }
        await vi.advanceTimersByTimeAsync(2 * RECHECK)
        for (const revisions of seen) {
          expect(revisions.at(-1)).toBe(source.revision)
          expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b))
        }
        for (const { leaving } of nodes) leaving.abort()
        await Promise.allSettled(watching)
      },
    ),
  )
})
