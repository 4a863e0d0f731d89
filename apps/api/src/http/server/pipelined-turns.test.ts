import { expect, test } from 'vitest'
import { PipelinedTurns } from './pipelined-turns.ts'

test('connections go on a few in each turn of the event loop, each as often as the others', async () => {
  const turns = new PipelinedTurns()
  const order: number[] = []
  const connections = Array.from({ length: 100 }, (_, index) => ({
    goOn(): void {
      order.push(index)
      // Its next request is there already.
      if (order.length <= 200) turns.add(this)
    },
  }))
  for (const connection of connections) turns.add(connection)
  let before = 0
  while (before < 300) {
    await new Promise(setImmediate)
    expect(order.length - before).toBeLessThanOrEqual(16)
    before = order.length
  }
  const each = connections.map((_, index) => index)
  expect(order).toEqual([...each, ...each, ...each])
})

test('a connection that waits has one turn, however often it is added', async () => {
  const turns = new PipelinedTurns()
  let times = 0
  const connection = {
    goOn: () => {
      times += 1
    },
  }
  turns.add(connection)
  turns.add(connection)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(times).toBe(1)
})
