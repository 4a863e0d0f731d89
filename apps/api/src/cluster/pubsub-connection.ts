import type { PubSubMessage } from '../live/pubsub.ts'

/**
 * One connection to whatever carries messages between processes. It never repairs itself: it reports once that it is
 * disconnected, and its owner opens another one. Every promise rejects where the connection fails.
 */
export interface PubSubConnection {
  /** Resolves when messages on these topics that are published from now on will arrive here. */
  subscribe(topics: readonly string[]): Promise<void>
  unsubscribe(topics: readonly string[]): Promise<void>
  /** Resolves when they are on their way to the subscribers. */
  publish(messages: readonly PubSubMessage[]): Promise<void>
  /** Resolves if the other end still answers. */
  ping(): Promise<void>
  close(): void
}

export interface ConnectionEvents {
  onMessage(message: PubSubMessage): void
  onDisconnect(reason: Error): void
}

/** Opens a connection, or rejects: after so many milliseconds at the latest. */
export type OpenConnection = (events: ConnectionEvents, timeoutMs: number) => Promise<PubSubConnection>

/** A message as the text that travels. */
export const encodeMessage = ({ topic, revision }: PubSubMessage): string => `${topic} ${revision}`

/** Undefined for a text that is no message. */
export function decodeMessage(text: string): PubSubMessage | undefined {
  const [topic, digits, ...more] = text.split(' ')
  const revision = Number(digits)
  if (!topic || !digits || more.length > 0 || !Number.isSafeInteger(revision)) return undefined
  return { topic, revision }
}
