import { expect, onTestFinished, test, vi } from 'vitest'
import { channelPair } from '../../testing/channel.ts'
import { silent } from '../lib/log.ts'
import { Availability } from '../store/availability.ts'
import { answerMetrics, WorkerMetrics } from './worker-metrics.ts'
import { followWritable, shareWritable } from './writable.ts'

test('a worker that does not answer is shown as it was last, and its last word is kept when it is gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const gone: object[] = []
  const metrics = new WorkerMetrics<{ votes: number }>((last) => gone.push(last))
  let [votes, hangs] = [1, false]
  const ends = [0, 1].map((index) => {
    const [worker, primary] = channelPair()
    answerMetrics(worker, async () => (hangs && index === 1 ? new Promise(() => {}) : { votes: votes + index * 10 }))
    return metrics.add(primary)
  })
  expect(await metrics.collect()).toEqual([{ votes: 1 }, { votes: 11 }])
  ;[votes, hangs] = [2, true]
  const collected = metrics.collect()
  // Until the other one has answered: there and back.
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await collected).toEqual([{ votes: 2 }, { votes: 11 }])
  ends[1]?.()
  expect(gone).toEqual([{ votes: 11 }])
  expect(await metrics.collect()).toEqual([{ votes: 2 }])
})

test('a worker knows whether the primary can write: when it starts, and after each change', async () => {
  const availability = new Availability('a database', silent, () => 'unusable')
  const fail = () => availability.during('write', () => Promise.reject(new Error('full'))).catch(() => {})
  await fail()
  const [worker, primary] = channelPair()
  const end = shareWritable(primary, availability)
  const isWritable = followWritable(worker)
  await expect.poll(isWritable).toBe(false)
  await availability.during('write', async () => {})
  await expect.poll(isWritable).toBe(true)
  await availability.during('read', () => Promise.reject(new Error('a read'))).catch(() => {})
  await new Promise(setImmediate)
  expect(isWritable()).toBe(true)
  end()
})
