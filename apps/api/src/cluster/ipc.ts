import { randomUUID } from 'node:crypto'
import { withTimeout } from '../lib/time.ts'

/** One end of the IPC channel between two processes: `process`, or a `Worker` of node:cluster. */
export interface Channel {
  on(event: 'message', listener: (message: unknown) => void): unknown
  off(event: 'message', listener: (message: unknown) => void): unknown
  send?: ((message: object, done: (error: Error | null) => void) => boolean) | undefined
}

/** The type of a message. There are messages of Node and of libraries on the channel too. */
export type MessageType =
  | 'ready'
  | 'round-trip'
  | 'pubsub'
  | 'token-buckets'
  | 'writer'
  | 'writable'
  | 'metrics'
  | 'burst-key'

/** Resolves when the message has been sent. Rejects if it can't be, or if the other process is gone. */
export function post(channel: Channel, type: MessageType, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!channel.send) return reject(new Error('there is no channel to the other process'))
    channel.send({ pollcast: type, body }, (error) => (error ? reject(error) : resolve()))
  })
}

/** Calls back for each message of this type. Returns a function that stops listening. */
export function listen<Body>(channel: Channel, type: MessageType, onMessage: (body: Body) => void): () => void {
  const listener = (message: unknown) => {
    const { pollcast, body } = (message ?? {}) as { pollcast?: MessageType; body?: Body }
    if (pollcast === type && body !== undefined) onMessage(body)
  }
  channel.on('message', listener)
  return () => void channel.off('message', listener)
}

interface RoundTrip {
  id: string
}

/**
 * Resolves when the other process has answered. By then it has handled all messages posted before, and its own earlier
 * messages have arrived here. Rejects if it is gone, or after the timeout.
 */
export async function roundTrip(channel: Channel, timeoutMs: number): Promise<void> {
  const id = randomUUID()
  let stop = () => {}
  const answered = new Promise<void>((resolve, reject) => {
    // The id distinguishes late answers to earlier round trips.
    stop = listen<RoundTrip>(channel, 'round-trip', (answer) => answer.id === id && resolve())
    post(channel, 'round-trip', { id }).catch(reject)
  })
  await withTimeout(timeoutMs, answered).finally(stop)
}

/** Answers the round trips of the other process. */
export function answerRoundTrips(channel: Channel): void {
  listen<RoundTrip>(channel, 'round-trip', (trip) => void post(channel, 'round-trip', trip).catch(() => {}))
}
