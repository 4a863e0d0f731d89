import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Condition } from './condition.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a wait whose predicate is already true ends at once', async () => {
  const condition = new Condition()
  await expect(condition.waitFor(() => true)).resolves.toBe(true)
})

test('notifyAll ends the waits whose predicate is true now, and leaves the others waiting', async () => {
  const condition = new Condition()
  let revision = 0
  const first = condition.waitFor(() => revision >= 1)
  const second = condition.waitFor(() => revision >= 2, 1000)
  revision = 1
  condition.notifyAll()
  await expect(first).resolves.toBe(true)
  expect(condition.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  await expect(second).resolves.toBe(false)
})

test('a wait that is not notified ends with its timeout and leaves no timer or waiter', async () => {
  const condition = new Condition()
  const wait = condition.waitFor(() => false, 5000)
  await vi.advanceTimersByTimeAsync(4999)
  expect(condition.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  await expect(wait).resolves.toBe(false)
  expect(condition.waiting).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('a wait that a notification ends leaves no timer or waiter', async () => {
  const condition = new Condition()
  let isClosed = false
  const wait = condition.waitFor(() => isClosed, 5000)
  isClosed = true
  condition.notifyAll()
  await expect(wait).resolves.toBe(true)
  expect([condition.waiting, vi.getTimerCount()]).toEqual([0, 0])
})

test('a waiter that a notification ends may notify again', async () => {
  const condition = new Condition()
  let turn = 0
  const order: string[] = []
  const chain = [1, 2, 3].map(async (mine) => {
    await condition.waitFor(() => turn >= mine)
    order.push(`${mine}`)
    turn += 1
    condition.notifyAll()
  })
  turn = 1
  condition.notifyAll()
  await Promise.all(chain)
  expect(order).toEqual(['1', '2', '3'])
})
