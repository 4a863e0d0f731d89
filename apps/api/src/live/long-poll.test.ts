import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProcess } from '../../testing/live-process.ts'
import { TOPIC } from '../../testing/topics.ts'
import { waitForNewer } from './long-poll.ts'

const HOLD_MS = 25_000
const SUBJECT = TOPIC.split('/')[0] as string

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Lets what is not a timer happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const hold = async (live: LiveProcess, shown = 0, signal = new AbortController().signal) => {
  const isNewer = waitForNewer(live.audiences, { name: TOPIC, shown }, HOLD_MS, signal)
  await settle()
  return isNewer
}

test('a request whose topic takes longer to read than it is held leaves nothing behind', async () => {
  const live = new LiveProcess()
  let open = () => {}
  live.gate = new Promise((resolve) => {
    open = resolve
  })
  const held = waitForNewer(live.audiences, { name: TOPIC, shown: 0 }, HOLD_MS, new AbortController().signal)
  vi.advanceTimersByTime(HOLD_MS)
  expect(await held).toBe(false)
  open()
  await settle()
  expect([...live.counts, live.audiences.watching(SUBJECT)]).toEqual([0, 0, 0])
})

test('who polls watches, between two requests too, until it comes no more', async () => {
  const live = new LiveProcess()
  const { leave } = await live.join()
  const watching = () => live.audiences.watching(SUBJECT)
  let held = hold(live)
  await settle()
  expect(watching()).toBe(2)
  live.publish()
  expect(await held).toBe(true)
  expect(watching()).toBe(2)

  held = hold(live, 1)
  await settle()
  expect(watching()).toBe(2)
  vi.advanceTimersByTime(HOLD_MS)
  expect([await held, watching()]).toEqual([false, 2])
  vi.advanceTimersByTime(5000)
  expect(watching()).toBe(1)

  const client = new AbortController()
  held = hold(live, 1, client.signal)
  await settle()
  expect(watching()).toBe(2)
  client.abort()
  expect([await held, watching()]).toEqual([false, 1])
  leave()
  expect([...live.counts, watching()]).toEqual([0, 0, 0])
})
