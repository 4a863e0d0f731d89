import { expect, test } from 'vitest'
import { Random } from '../processes/random.ts'
import { type Fault, kindsFor, type Setup, schedule } from './schedule.ts'

const ALL: Setup = { nodes: 3, workers: 1, redis: true, ownPostgres: true, ownRedis: true }
const POOL: Setup = { nodes: 1, workers: 2, redis: false, ownPostgres: false, ownRedis: false }
const SEEDS = Array.from({ length: 20 }, (_, index) => index * 7919)

const end = ({ at, for: length }: Fault) => at + length

test('the same seed gives the same schedule, and another one another', () => {
  expect(schedule(4, 60, ALL)).toEqual(schedule(4, 60, ALL))
  expect(schedule(4, 60, ALL)).not.toEqual(schedule(5, 60, ALL))
})

test.each(SEEDS)('seed %i: every kind comes in 30 seconds, several at once, all are over in time', (seed) => {
  const faults = schedule(seed, 30, ALL)
  expect(new Set(faults.map(({ what }) => what))).toEqual(new Set(kindsFor(ALL)))
  expect(faults.some((fault, index) => faults.slice(index + 1).some(({ at }) => at < end(fault)))).toBe(true)
  for (const fault of faults) expect(end(fault)).toBeLessThanOrEqual(30_000)
})

test.each(SEEDS)('seed %i: at every moment one node is neither killed, ended nor stopped', (seed) => {
  const faults = schedule(seed, 300, ALL).filter(({ what }) => /^(kill|end|stop) a node$/.test(what))
  for (const { at } of faults) {
    const down = faults.filter((fault) => fault.at <= at && at < end(fault)).map(({ node }) => node)
    expect(new Set(down).size).toBe(down.length)
    expect(down.length).toBeLessThan(ALL.nodes)
  }
})

test.each(SEEDS)('seed %i: in five minutes there are moments of calm', (seed) => {
  const faults = schedule(seed, 300, ALL)
  const calm = faults.filter(({ at }, index) => index > 0 && at > Math.max(...faults.slice(0, index).map(end)) + 500)
  expect(calm.length).toBeGreaterThan(2)
})

test.each(SEEDS)(
  'seed %i: a pool has faults of its workers, its primary and all of it, at all times one by one',
  (seed) => {
    const kinds = kindsFor(POOL)
    expect(kinds.join()).not.toMatch(/PostgreSQL|Redis/)
    expect(kinds).toEqual(expect.arrayContaining(['kill a worker', 'stop a worker', 'kill the primary', 'kill a node']))
    const faults = schedule(seed, 300, POOL)
    expect(new Set(faults.map(({ what }) => what))).toEqual(new Set(kinds))
    expect(new Set(faults.flatMap(({ worker }) => worker ?? []))).toEqual(new Set([0, 1]))
    const whole = faults.filter(({ what }) => /^(kill|end|stop) (a node|the primary)$/.test(what))
    for (const [index, fault] of whole.entries())
      expect(fault.at).toBeGreaterThan(index > 0 ? end(whole[index - 1] as Fault) : 0)
  },
)

test('nodes of one process have no workers to break', () => {
  expect(kindsFor(ALL).join()).not.toMatch(/worker|primary/)
})

test('only a long run stops nodes, and holds connections, for longer than the server waits', () => {
  const longest = (seconds: number) =>
    Math.max(...SEEDS.flatMap((seed) => schedule(seed, seconds, ALL).map((fault) => fault.for)))
  expect(longest(60)).toBeLessThanOrEqual(4000)
  expect(longest(300)).toBeGreaterThan(15_000)
})

test('without Redis nothing is done to it, and servers of others are not restarted', () => {
  expect(kindsFor({ ...ALL, redis: false, ownRedis: false }).join()).not.toContain('Redis')
  expect(kindsFor({ ...ALL, ownPostgres: false })).not.toContain('restart PostgreSQL')
  const others = kindsFor({ ...ALL, ownPostgres: false, ownRedis: false })
  expect(others.join()).not.toContain('restart')
  expect(others).toContain('flush Redis')
})

test('whole numbers come from the whole range, and every one of them', () => {
  const random = new Random(1)
  const drawn = new Set(Array.from({ length: 1000 }, () => random.whole(3, 7)))
  expect([...drawn].sort()).toEqual([3, 4, 5, 6, 7])
  expect(random.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4])
})
