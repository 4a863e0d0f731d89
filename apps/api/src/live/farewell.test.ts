import { createParser } from 'eventsource-parser'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveProcess, type Reader } from '../../testing/live-process.ts'

const GRACE = 5000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A process with so many streams. Each is closed by its client when it has been read to its end, as sockets are. */
const openStreams = async (count: number) => {
  const node = new LiveProcess()
  const open = async () => {
    const { reader, leave } = await node.join()
    const { writable } = reader
    const endedAt = new Promise<number>((resolve) => writable.once('finish', () => resolve(performance.now())))
    writable.once('close', leave)
    return { reader, endedAt }
  }
  return { node, open, streams: await Promise.all(Array.from({ length: count }, open)) }
}

/** Its last event, and the milliseconds after which its client is to come back. */
const lastOf = (reader: Reader) => {
  let retry = Number.NaN
  let last: unknown
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      last = { event, data, id }
    },
    onRetry: (milliseconds) => {
      retry = milliseconds
    },
  })
  for (const bytes of reader.taken) parser.feed(bytes.toString())
  return { last, retry }
}

const END = { event: 'end', data: '{"reason":"shutdown"}', id: undefined }

test('clients come back evenly over a few seconds: never more than twice as many at a time as on average', async () => {
  const { node, streams } = await openStreams(2000)
  const begun = performance.now()
  const stopped = node.heartbeat.stop(GRACE)
  await vi.advanceTimersByTimeAsync(GRACE)
  await stopped
  const returns: number[] = []
  for (const { reader, endedAt } of streams) {
    const { last, retry } = lastOf(reader)
    expect(last).toEqual(END)
    returns.push((await endedAt) - begun + retry)
  }
  returns.sort((a, b) => a - b)
  const [first = 0, latest = 0] = [returns[0], returns.at(-1)]
  expect(first).toBeGreaterThanOrEqual(500)
  expect(latest).toBeLessThanOrEqual(4500)
  const window = 200
  const average = (returns.length / (latest - first)) * window
  for (const from of returns) {
    expect(returns.filter((at) => at >= from && at < from + window).length).toBeLessThanOrEqual(average * 2)
  }
  expect(node.counts).toEqual([0, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('streams are ended a few at a time, and those still open get their updates', async () => {
  const { node, streams } = await openStreams(1000)
  void node.heartbeat.stop(GRACE)
  await vi.advanceTimersByTimeAsync(0)
  const open = streams.filter(({ reader }) => !reader.writable.writableEnded)
  expect(open.length).toBeGreaterThan(500)
  node.publish()
  await vi.advanceTimersByTimeAsync(40)
  for (const { reader } of open) expect(reader.revisions()).toContain(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(node.counts).toEqual([0, 0])
})

test('a slow reader gets the end after the frame that it is reading; one that never reads is cut off', async () => {
  const { node, streams } = await openStreams(2)
  const [slow, stuck] = streams
  for (const one of streams) one.reader.stall()
  node.publish()
  await vi.advanceTimersByTimeAsync(1)
  node.publish()
  const stopped = node.heartbeat.stop(GRACE)
  await vi.advanceTimersByTimeAsync(GRACE - 1)
  expect(node.counts).toEqual([1, 2])
  slow?.reader.resume()
  await vi.advanceTimersByTimeAsync(0)
  expect(slow && lastOf(slow.reader).last).toEqual(END)
  expect(node.counts).toEqual([1, 1])
  expect(stuck?.reader.writable.destroyed).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await stopped
  expect(stuck?.reader.writable.destroyed).toBe(true)
  expect(node.counts).toEqual([0, 0])
})

test('a stream that opens while the server shuts down is told to come back too', async () => {
  const { node, open } = await openStreams(1)
  void node.heartbeat.stop(GRACE)
  const { reader } = await open()
  await vi.advanceTimersByTimeAsync(0)
  const { last, retry } = lastOf(reader)
  expect(last).toEqual(END)
  expect(retry).toBeGreaterThanOrEqual(500)
  expect(retry).toBeLessThanOrEqual(3500)
})
