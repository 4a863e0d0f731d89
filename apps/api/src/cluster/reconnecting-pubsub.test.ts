import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PubSubMessage } from '../live/pubsub.ts'
import type { ConnectionEvents, PubSubConnection } from './pubsub-connection.ts'
import { ReconnectingPubSub } from './reconnecting-pubsub.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A line whose answers the test gives. */
class Line implements PubSubConnection {
  readonly log: string[] = []
  readonly events: ConnectionEvents
  closed = false
  readonly #answers: (() => void)[] = []
  /** While it is set, what is asked waits for `answer`. */
  held = false

  constructor(events: ConnectionEvents) {
    this.events = events
  }

  subscribe = (pollIds: readonly string[]) => this.#do(`subscribe ${pollIds}`)
  unsubscribe = (pollIds: readonly string[]) => this.#do(`unsubscribe ${pollIds}`)
  send = (wakes: readonly PubSubMessage[]) => this.#do(`send ${wakes.map((wake) => `${wake.pollId} ${wake.revision}`)}`)
  ping = () => this.#do('ping')

  close(): void {
    this.closed = true
  }

  async answer(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer()
    await vi.advanceTimersByTimeAsync(0)
  }

  #do(what: string): Promise<void> {
    this.log.push(what)
    return new Promise((resolve) => {
      if (this.held) this.#answers.push(resolve)
      else resolve()
    })
  }
}

const setUp = async () => {
  const lines: Line[] = []
  const errors: Error[] = []
  const missed: string[] = []
  const network = { up: true, attempts: [] as number[] }
  const open = async (events: ConnectionEvents) => {
    network.attempts.push(Date.now())
    if (!network.up) throw new Error('nobody there')
    lines.push(new Line(events))
    return lines.at(-1) as Line
  }
  const bus = new ReconnectingPubSub(open, { onError: (error) => errors.push(error) })
  bus.listen(
    () => {},
    (pollId) => missed.push(pollId),
  )
  await vi.advanceTimersByTimeAsync(0)
  const line = () => lines.at(-1) as Line
  return { bus, line, lines, errors, missed, network }
}

test('under many votes one sending is under way, and the next one has the newest of each poll', async () => {
  const { bus, line } = await setUp()
  line().held = true
  for (let revision = 1; revision <= 500; revision += 1) bus.publish({ pollId: 'a', revision })
  bus.publish({ pollId: 'b', revision: 1 })
  bus.publish({ pollId: 'a', revision: 499 })
  expect(line().log).toEqual(['send a 1'])
  await line().answer()
  expect(line().log).toEqual(['send a 1', 'send a 500,b 1'])
  await line().answer()
  expect(line().log).toHaveLength(2)
})

test('a poll is listened for from its first watcher to a moment after its last', async () => {
  const { bus, line, missed } = await setUp()
  bus.watch('a')
  bus.watch('a')
  await vi.advanceTimersByTimeAsync(0)
  bus.unwatch('a')
  bus.unwatch('a')
  await vi.advanceTimersByTimeAsync(900)
  expect(line().log).toEqual(['subscribe a'])
  await vi.advanceTimersByTimeAsync(100)
  expect(line().log).toEqual(['subscribe a', 'unsubscribe a'])
  expect(missed).toEqual(['a'])
})

test('who comes back withTimeout that moment has missed nothing, and nothing is asked of the line', async () => {
  const { bus, line, missed } = await setUp()
  bus.watch('a')
  await vi.advanceTimersByTimeAsync(0)
  bus.unwatch('a')
  await vi.advanceTimersByTimeAsync(500)
  bus.watch('a')
  await vi.advanceTimersByTimeAsync(4000)
  expect([line().log, missed]).toEqual([['subscribe a'], ['a']])
})

test('many polls are subscribed to together, and a change of mind meanwhile counts', async () => {
  const { bus, line, missed } = await setUp()
  line().held = true
  bus.watch('a')
  for (const pollId of ['b', 'c', 'd']) bus.watch(pollId)
  bus.unwatch('a')
  bus.unwatch('c')
  await vi.advanceTimersByTimeAsync(1000)
  await line().answer()
  expect(line().log).toEqual(['subscribe a', 'unsubscribe a'])
  await line().answer()
  expect(line().log.at(-1)).toBe('subscribe b,d')
  await line().answer()
  expect(missed).toEqual(['b', 'd'])
})

test('delays between attempts grow up to a bound, an outage is told once, and the next one again', async () => {
  const { line, errors, network } = await setUp()
  network.up = false
  line().events.broken(new Error('cut'))
  await vi.advanceTimersByTimeAsync(60_000)
  const delays = network.attempts.map((at, index) => at - (network.attempts[index - 1] ?? at)).slice(1)
  expect(delays[0]).toBeLessThanOrEqual(100)
  expect(delays[3]).toBeGreaterThanOrEqual(400)
  expect(Math.max(...delays)).toBeLessThanOrEqual(5000)
  expect(delays.length).toBeGreaterThan(12)
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('cut')])

  network.up = true
  await vi.advanceTimersByTimeAsync(15_000)
  network.attempts.length = 0
  const again = Date.now()
  line().events.broken(new Error('cut again'))
  await vi.advanceTimersByTimeAsync(200)
  expect(network.attempts[0]).toBeLessThanOrEqual(again + 100)
  expect(errors).toHaveLength(2)
})

test('a new line is told of all that is watched and of what was to be sent, and every watched poll is reported', async () => {
  const { bus, line, lines, missed, network } = await setUp()
  for (const pollId of ['a', 'b']) bus.watch(pollId)
  await vi.advanceTimersByTimeAsync(0)
  network.up = false
  line().events.broken(new Error('cut'))
  bus.publish({ pollId: 'a', revision: 3 })
  bus.publish({ pollId: 'a', revision: 4 })
  bus.watch('c')
  bus.unwatch('b')
  await vi.advanceTimersByTimeAsync(1000)
  network.up = true
  missed.length = 0
  await vi.advanceTimersByTimeAsync(2000)
  expect(lines).toHaveLength(2)
  expect(lines[0]?.closed).toBe(true)
  expect(line().log).toEqual(['subscribe a,c', 'send a 4'])
  expect(missed).toEqual(['a', 'c'])
})

test('what a broken line did not send, the next one does', async () => {
  const { bus, line, lines } = await setUp()
  line().held = true
  bus.publish({ pollId: 'a', revision: 3 })
  await vi.advanceTimersByTimeAsync(5200)
  expect(lines).toHaveLength(2)
  expect(line().log).toEqual(['send a 3'])
})

test('a line that no longer answers is left for another', async () => {
  const { line, lines, bus } = await setUp()
  bus.watch('a')
  await vi.advanceTimersByTimeAsync(0)
  line().held = true
  await vi.advanceTimersByTimeAsync(10_200)
  expect(lines).toHaveLength(2)
  expect(line().log).toContain('subscribe a')
})

test('closing sends what waits, waits for a stuck line no longer than a second, and leaves no timer', async () => {
  const { bus, line, network } = await setUp()
  bus.watch('a')
  bus.unwatch('a')
  line().held = true
  bus.publish({ pollId: 'a', revision: 1 })
  const closed = bus.close()
  await vi.advanceTimersByTimeAsync(1000)
  await closed
  expect(line().closed).toBe(true)
  bus.publish({ pollId: 'a', revision: 2 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([network.attempts.length, vi.getTimerCount()]).toEqual([1, 0])
})
