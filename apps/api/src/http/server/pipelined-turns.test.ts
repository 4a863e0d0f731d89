import { expect, test } from 'vitest'
import { PipelinedTurns, type Waiting } from './pipelined-turns.ts'

const turn = () => new Promise(setImmediate)

test('a few requests are handled at a time, and connections go on in the order in which they came', async () => {
  const turns = new PipelinedTurns()
  const order: number[] = []
  const handled: (() => void)[] = []
  const connections = Array.from(
    { length: 40 },
    (_, index): Waiting => ({
      goOn() {
        order.push(index)
        return new Promise((resolve) => handled.push(() => resolve(undefined)))
      },
    }),
  )
  for (const connection of connections) turns.add(connection)
  for (let turns = 0; turns < 5; turns += 1) await turn()
  expect(order).toHaveLength(16)
  // Those that have been handled go on behind all others.
  for (const index of order.slice(0, 3)) turns.add(connections[index] as Waiting)
  for (const resolve of handled.splice(0, 3)) resolve()
  for (let turns = 0; turns < 5; turns += 1) await turn()
  expect(order).toHaveLength(19)
  while (handled.length > 0) {
    handled.shift()?.()
    await turn()
    await turn()
  }
  expect(order).toEqual([...connections.keys(), 0, 1, 2])
})

test('of requests that are handled at once, a few are in each turn of the event loop', async () => {
  const turns = new PipelinedTurns()
  let count = 0
  for (let index = 0; index < 100; index += 1) {
    turns.add({
      goOn() {
        count += 1
        return undefined
      },
    })
  }
  for (let before = 0; before < 100; before = count) {
    await turn()
    expect(count - before).toBeLessThanOrEqual(16)
  }
})

const named = () => {
  const gone: string[] = []
  const connection = (name: string): Waiting => ({
    goOn() {
      gone.push(name)
      return undefined
    },
  })
  return { gone, connection }
}

test('a connection that has left has no turn', async () => {
  const turns = new PipelinedTurns()
  const { gone, connection } = named()
  turns.add(connection('one'))
  turns.delete(turns.add(connection('other')))
  await turn()
  await turn()
  expect(gone).toEqual(['one'])
})

test('while they are paused, no connection goes on; between two pauses some do', async () => {
  const turns = new PipelinedTurns()
  const { gone, connection } = named()
  turns.pause(true)
  for (let index = 0; index < 20; index += 1) turns.add(connection(String(index)))
  for (let passed = 0; passed < 5; passed += 1) await turn()
  expect(gone).toHaveLength(0)
  turns.pause(false)
  turns.pause(true)
  for (let passed = 0; passed < 5; passed += 1) await turn()
  expect(gone).toHaveLength(16)
  turns.pause(false)
  for (let passed = 0; passed < 5; passed += 1) await turn()
  expect(gone).toHaveLength(20)
})
