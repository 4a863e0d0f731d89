import { expect, test } from 'vitest'
import { Random } from './random.ts'
import { type Fault, kindsFor, NODES, schedule } from './schedule.ts'

const ALL = { redis: true, ownPostgres: true, ownRedis: true }
const SEEDS = Array.from({ length: 20 }, (_, index) => index * 7919)

const over = ({ at, for: length }: Fault) => at + length

test('the same seed gives the same schedule, and another one another', () => {
  expect(schedule(4, 60, ALL)).toEqual(schedule(4, 60, ALL))
  expect(schedule(4, 60, ALL)).not.toEqual(schedule(5, 60, ALL))
})

test.each(SEEDS)('seed %i: every kind comes in 30 seconds, several at once, all are over in time', (seed) => {
  const faults = schedule(seed, 30, ALL)
  expect(new Set(faults.map(({ what }) => what))).toEqual(new Set(kindsFor(ALL)))
  expect(faults.some((fault, index) => faults.slice(index + 1).some(({ at }) => at < over(fault)))).toBe(true)
  for (const fault of faults) expect(over(fault)).toBeLessThanOrEqual(30_000)
})

test.each(SEEDS)('seed %i: at every moment one node is neither killed, ended nor stopped', (seed) => {
  const faults = schedule(seed, 300, ALL).filter(({ what }) => /^(kill|end|stop) a node$/.test(what))
  for (const { at } of faults) {
    const down = faults.filter((fault) => fault.at <= at && at < over(fault)).map(({ node }) => node)
    expect(new Set(down).size).toBe(down.length)
    expect(down.length).toBeLessThan(NODES)
  }
})

test.each(SEEDS)('seed %i: in five minutes there are moments of calm', (seed) => {
  const faults = schedule(seed, 300, ALL)
  const calm = faults.filter(({ at }, index) => index > 0 && at > Math.max(...faults.slice(0, index).map(over)) + 500)
  expect(calm.length).toBeGreaterThan(2)
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
  const others = kindsFor({ redis: true, ownPostgres: false, ownRedis: false })
  expect(others.join()).not.toContain('restart')
  expect(others).toContain('flush Redis')
})

test('whole numbers come from the whole range, and every one of them', () => {
  const random = new Random(1)
  const drawn = new Set(Array.from({ length: 1000 }, () => random.whole(3, 7)))
  expect([...drawn].sort()).toEqual([3, 4, 5, 6, 7])
  expect(random.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4])
})
