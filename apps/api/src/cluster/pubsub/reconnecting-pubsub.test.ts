import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PubSubMessage } from '../../live/pubsub.ts'
import type { ConnectionEvents, PubSubConnection } from './pubsub-connection.ts'
import { ReconnectingPubSub } from './reconnecting-pubsub.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A connection that the test answers for. */
class TestConnection implements PubSubConnection {
  readonly log: string[] = []
  readonly events: ConnectionEvents
  closed = false
  readonly #answers: (() => void)[] = []
  /** While it is set, calls wait for `answer`. */
  isHeld = false

  constructor(events: ConnectionEvents) {
    this.events = events
  }

  subscribe = (subjects: readonly string[]) => this.#do(`subscribe ${subjects}`)
  unsubscribe = (subjects: readonly string[]) => this.#do(`unsubscribe ${subjects}`)
  publish = (messages: readonly PubSubMessage[]) =>
    this.#do(`publish ${messages.map(({ subject, revision }) => `${subject} ${revision}`)}`)
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
      if (this.isHeld) this.#answers.push(resolve)
      else resolve()
    })
  }
}

const setUp = async () => {
  const connections: TestConnection[] = []
  const errors: Error[] = []
  const received: PubSubMessage[] = []
  const gaps: string[] = []
  const network = { up: true, attempts: [] as number[] }
  const open = async (events: ConnectionEvents) => {
    network.attempts.push(Date.now())
    if (!network.up) throw new Error('nobody there')
    connections.push(new TestConnection(events))
    return connections.at(-1) as TestConnection
  }
  const pubsub = new ReconnectingPubSub(open, { onError: (error) => errors.push(error) })
  pubsub.listen({ onMessage: (message) => received.push(message), onGap: (subject) => gaps.push(subject) })
  await vi.advanceTimersByTimeAsync(0)
  const connection = () => connections.at(-1) as TestConnection
  return { pubsub, connection, connections, errors, received, gaps, network }
}

test('while a batch is being sent the next one is collected, with the newest revision of each subject', async () => {
  const { pubsub, connection } = await setUp()
  connection().isHeld = true
  for (let revision = 1; revision <= 500; revision += 1) pubsub.publish({ subject: 'a', revision })
  pubsub.publish({ subject: 'b', revision: 1 })
  pubsub.publish({ subject: 'a', revision: 499 })
  expect(connection().log).toEqual(['publish a 1'])
  await connection().answer()
  expect(connection().log).toEqual(['publish a 1', 'publish a 500,b 1'])
  await connection().answer()
  expect(connection().log).toHaveLength(2)
})

test('a subject stays subscribed from the first subscribe until a moment after the unsubscribe', async () => {
  const { pubsub, connection, gaps } = await setUp()
  pubsub.subscribe('a')
  await vi.advanceTimersByTimeAsync(0)
  pubsub.unsubscribe('a')
  await vi.advanceTimersByTimeAsync(900)
  expect(connection().log).toEqual(['subscribe a'])
  await vi.advanceTimersByTimeAsync(100)
  expect(connection().log).toEqual(['subscribe a', 'unsubscribe a'])
  expect(gaps).toEqual(['a'])
})

test('only messages on wanted subjects are passed on, also while another subject is still subscribed', async () => {
  const { pubsub, connection, received } = await setUp()
  pubsub.subscribe('a')
  const messages = ['a', 'b'].map((subject) => ({ subject, revision: 1 }))
  for (const message of messages) connection().events.onMessage(message)
  pubsub.unsubscribe('a')
  connection().events.onMessage({ subject: 'a', revision: 2 })
  expect(received).toEqual(messages.slice(0, 1))
})

test('a subject that is wanted again within that moment has no gap, and the connection is not called', async () => {
  const { pubsub, connection, gaps } = await setUp()
  pubsub.subscribe('a')
  await vi.advanceTimersByTimeAsync(0)
  pubsub.unsubscribe('a')
  await vi.advanceTimersByTimeAsync(500)
  pubsub.subscribe('a')
  await vi.advanceTimersByTimeAsync(4000)
  expect([connection().log, gaps]).toEqual([['subscribe a'], ['a']])
})

test('many subjects are subscribed to together, without those that are no longer wanted', async () => {
  const { pubsub, connection, gaps } = await setUp()
  connection().isHeld = true
  pubsub.subscribe('a')
  for (const subject of ['b', 'c', 'd']) pubsub.subscribe(subject)
  pubsub.unsubscribe('a')
  pubsub.unsubscribe('c')
  await vi.advanceTimersByTimeAsync(1000)
  await connection().answer()
  expect(connection().log).toEqual(['subscribe a', 'unsubscribe a'])
  await connection().answer()
  expect(connection().log.at(-1)).toBe('subscribe b,d')
  await connection().answer()
  expect(gaps).toEqual(['b', 'd'])
})

test('delays between attempts grow up to a limit, and each outage is reported once', async () => {
  const { connection, errors, network } = await setUp()
  network.up = false
  connection().events.onDisconnect(new Error('cut'))
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
  connection().events.onDisconnect(new Error('cut again'))
  await vi.advanceTimersByTimeAsync(200)
  expect(network.attempts[0]).toBeLessThanOrEqual(again + 100)
  expect(errors).toHaveLength(2)
})

test('a new connection subscribes to all wanted subjects and sends waiting messages, and every subject has a gap', async () => {
  const { pubsub, connection, connections, gaps, network } = await setUp()
  for (const subject of ['a', 'b']) pubsub.subscribe(subject)
  await vi.advanceTimersByTimeAsync(0)
  network.up = false
  connection().events.onDisconnect(new Error('cut'))
  pubsub.publish({ subject: 'a', revision: 3 })
  pubsub.publish({ subject: 'a', revision: 4 })
  pubsub.subscribe('c')
  pubsub.unsubscribe('b')
  await vi.advanceTimersByTimeAsync(1000)
  network.up = true
  gaps.length = 0
  await vi.advanceTimersByTimeAsync(2000)
  expect(connections).toHaveLength(2)
  expect(connections[0]?.closed).toBe(true)
  expect(connection().log).toEqual(['subscribe a,c', 'publish a 4'])
  expect(gaps).toEqual(['a', 'c'])
})

test('messages that a broken connection did not send are sent by the next one', async () => {
  const { pubsub, connection, connections } = await setUp()
  connection().isHeld = true
  pubsub.publish({ subject: 'a', revision: 3 })
  await vi.advanceTimersByTimeAsync(5200)
  expect(connections).toHaveLength(2)
  expect(connection().log).toEqual(['publish a 3'])
})

test('a connection that no longer answers is replaced', async () => {
  const { connection, connections, pubsub } = await setUp()
  pubsub.subscribe('a')
  await vi.advanceTimersByTimeAsync(0)
  connection().isHeld = true
  await vi.advanceTimersByTimeAsync(10_200)
  expect(connections).toHaveLength(2)
  expect(connection().log).toContain('subscribe a')
})

test('closing sends waiting messages, gives a stuck connection a second, and leaves no timer', async () => {
  const { pubsub, connection, network } = await setUp()
  pubsub.subscribe('a')
  pubsub.unsubscribe('a')
  connection().isHeld = true
  pubsub.publish({ subject: 'a', revision: 1 })
  const closed = pubsub.close()
  await vi.advanceTimersByTimeAsync(1000)
  await closed
  expect(connection().closed).toBe(true)
  pubsub.publish({ subject: 'a', revision: 2 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([network.attempts.length, vi.getTimerCount()]).toEqual([1, 0])
})
