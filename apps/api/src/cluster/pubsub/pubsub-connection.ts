import type { PubSubMessage } from '../../live/pubsub.ts'

/**
 * One connection to the server or process that passes messages on. It does not reconnect: it reports once that it is
 * disconnected, and its owner opens another one. All promises reject if the connection fails.
 */
export interface PubSubConnection {
  /** Resolves when messages published on these subjects from now on will arrive here. */
  subscribe(subjects: readonly string[]): Promise<void>
  unsubscribe(subjects: readonly string[]): Promise<void>
  /** Resolves when they are on their way to the subscribers. */
  publish(messages: readonly PubSubMessage[]): Promise<void>
  /** Resolves when the other end answers. */
  ping(): Promise<void>
  close(): void
}

export interface ConnectionEvents {
  onMessage(message: PubSubMessage): void
  onDisconnect(reason: Error): void
}

/** Opens a connection. Rejects after the timeout at the latest. */
export type OpenConnection = (events: ConnectionEvents, timeoutMs: number) => Promise<PubSubConnection>

/** A message as the text that is sent. */
export const encodeMessage = ({ subject, revision, counted }: PubSubMessage): string =>
  `${subject} ${revision}${counted ? ` ${counted.process} ${counted.count}` : ''}`

/** Undefined if the text is not a message. */
export function decodeMessage(text: string): PubSubMessage | undefined {
  const [, subject, revision, process, count] = /^(\S+) (-?\d{1,16})(?: (\w+) (\d{1,9}))?$/.exec(text) ?? []
  if (subject === undefined || !Number.isSafeInteger(Number(revision))) return undefined
  return {
    subject,
    revision: Number(revision),
    ...(process !== undefined && { counted: { process, count: Number(count) } }),
  }
}
