/** The end of a channel between two processes, as `process` and cluster's `Worker` have it. */
export interface Channel {
  on(event: 'message', listener: (message: unknown) => void): unknown
  off(event: 'message', listener: (message: unknown) => void): unknown
  send?: ((message: object, done: (error: Error | null) => void) => boolean) | undefined
}

type WakePair = readonly [pollId: string, revision: number]

/** What a worker tells the exchange. */
export interface ToExchange {
  watch?: readonly string[]
  unwatch?: readonly string[]
  wakes?: readonly WakePair[]
  /** Wants to know when it is done. */
  question?: number
}

/** What the exchange tells a worker. */
export interface FromExchange {
  wakes?: readonly WakePair[]
  /** The question that was answered by doing it. */
  done?: number
}

/** Resolves when the message has left. Rejects where the other process is gone. */
export function post(channel: Channel, wakes: ToExchange | FromExchange): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!channel.send) return reject(new Error('there is no channel to the other process'))
    channel.send({ pollcastWakes: wakes }, (error) => (error ? reject(error) : resolve()))
  })
}

/** Undefined for a message of someone else on the same channel. */
export function received<Message extends ToExchange | FromExchange>(message: unknown): Message | undefined {
  return (message as { pollcastWakes?: Message } | null)?.pollcastWakes
}
