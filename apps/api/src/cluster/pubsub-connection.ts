import type { PubSubMessage } from '../live/pubsub.ts'

/**
 * One connection that carries wakes to other processes and from them. It never mends itself: it says once that it is
 * broken, and whoever opened it opens another one. Every promise rejects where the connection fails.
 */
export interface PubSubConnection {
  /** Resolves when wakes for these polls, sent from now on, will be heard here. */
  subscribe(pollIds: readonly string[]): Promise<void>
  unsubscribe(pollIds: readonly string[]): Promise<void>
  /** Resolves when they are on their way to whoever has subscribed. */
  send(wakes: readonly PubSubMessage[]): Promise<void>
  /** Resolves if the other end still answers. */
  ping(): Promise<void>
  close(): void
}

export interface ConnectionEvents {
  hear(wake: PubSubMessage): void
  broken(reason: Error): void
}

/** Opens a line, or rejects: after `patience` milliseconds at the latest. */
export type OpenConnection = (events: ConnectionEvents, patience: number) => Promise<PubSubConnection>

/** A wake as it travels: poll and revision, and nothing of what is in the poll. */
export const wakeText = ({ pollId, revision }: PubSubMessage): string => `${pollId} ${revision}`

/** Undefined for a text that is no wake. */
export function parseWake(text: string): PubSubMessage | undefined {
  const [pollId, digits, ...more] = text.split(' ')
  const revision = Number(digits)
  if (!pollId || !digits || more.length > 0 || !Number.isSafeInteger(revision)) return undefined
  return { pollId, revision }
}
