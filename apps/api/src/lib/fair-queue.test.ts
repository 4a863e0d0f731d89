import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

test('keys take turns, and what was added under a key leaves in its order', () => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) queue.add(item.slice(0, 1), item)
  expect(queue.take(4)).toEqual(['a1', 'b1', 'c1', 'a2'])
  queue.add('d', 'd1')
  expect(queue.size).toBe(4)
  expect(queue.take(2)).toEqual(['b2', 'a3'])
  expect(queue.take(10)).toEqual(['d1', 'a4'])
  expect(queue.size).toBe(0)
  expect(queue.take(1)).toEqual([])
})
