import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Condition } from './condition.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a wait whose predicate holds already is over at once', async () => {
  const condition = new Condition()
  await expect(condition.waitFor(() => true)).resolves.toBe(true)
})

test('notifyAll ends those waits whose predicate holds now, and leaves the others waiting', async () => {
  const condition = new Condition()
  let revision = 0
  const first = condition.waitFor(() => revision >= 1)
  const second = condition.waitFor(() => revision >= 2, { timeout: 1000 })
  revision = 1
  condition.notifyAll()
  await expect(first).resolves.toBe(true)
  expect(condition.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  await expect(second).resolves.toBe(false)
})

test('a wait without a notification ends with its timeout and leaves no timer or waiter', async () => {
  const condition = new Condition()
  const wait = condition.waitFor(() => false, { timeout: 5000 })
  await vi.advanceTimersByTimeAsync(4999)
  expect(condition.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  await expect(wait).resolves.toBe(false)
  expect(condition.waiting).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('an abort ends a wait at once with the reason and leaves no timer or waiter', async () => {
  const condition = new Condition()
  const closing = new AbortController()
  const wait = condition.waitFor(() => false, { timeout: 5000, signal: closing.signal })
  closing.abort(new Error('left'))
  await expect(wait).rejects.toThrow('left')
  expect(condition.waiting).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  await expect(condition.waitFor(() => true, { signal: closing.signal })).rejects.toThrow('left')
})

test('a waiter that a notification lets go may notify again', async () => {
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
