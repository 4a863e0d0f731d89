import { reasonOf } from '../../lib/reason-of.ts'
import { backoff, withTimeout } from '../../lib/time.ts'
import type { PubSub, PubSubListener, PubSubMessage } from '../../live/pubsub.ts'
import { Outbox } from './outbox.ts'
import type { OpenConnection, PubSubConnection } from './pubsub-connection.ts'
import { Subscriptions } from './subscriptions.ts'

export interface PubSubOptions {
  /** Called once for each outage. */
  onError: (error: Error) => void
  /** Milliseconds for which a subject stays subscribed after its last stream has left. */
  lingerMs?: number
  /** Milliseconds that a call of the connection may take before the connection is replaced. */
  timeoutMs?: number
  /** Milliseconds between pings: without them a broken cable would go unnoticed. */
  pingMs?: number
}

/** Milliseconds after which a connection counts as stable, and the next retry delays start short again. */
const STABLE_MS = 5000

/** Milliseconds that `close` waits for messages to be sent. */
const CLOSE_TIMEOUT_MS = 1000

/**
 * A PubSub over any PubSubConnection. Messages are sent in batches, one at a time, with the newest revision of each subject.
 * Without a connection they wait for the next one, which is opened after growing delays. When messages on a subject may have
 * been missed, because the connection or the subscription is new, `onGap` is called, so that the subject is read again.
 */
export class ReconnectingPubSub implements PubSub {
  readonly #open: OpenConnection
  readonly #options: Required<PubSubOptions>
  readonly #listeners: PubSubListener[] = []
  readonly #subscriptions: Subscriptions
  readonly #outbox: Outbox
  #connection: PubSubConnection | undefined
  #openedAt = 0
  #attempt = 0
  #isReported = false
  #isClosed = false
  #retry: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined

  constructor(open: OpenConnection, options: PubSubOptions) {
    this.#open = open
    this.#options = { lingerMs: 1000, timeoutMs: 5000, pingMs: 5000, ...options }
    this.#subscriptions = new Subscriptions({
      lingerMs: this.#options.lingerMs,
      onSubscribed: (subject) => {
        for (const listener of this.#listeners) listener.onGap(subject)
      },
      onError: (connection, error) => this.#disconnected(connection, error),
    })
    this.#outbox = new Outbox((messages) => this.#send(messages))
    void this.#connect()
  }

  publish(message: PubSubMessage): void {
    // What was counted is told again soon, and must not take the place of changes that wait for a connection.
    if (this.#isClosed || (message.counted && !this.#connection)) return
    this.#outbox.put(message)
  }

  subscribe(subject: string): void {
    this.#subscriptions.add(subject)
  }

  unsubscribe(subject: string): void {
    this.#subscriptions.delete(subject)
  }

  listen(listener: PubSubListener): void {
    this.#listeners.push(listener)
  }

  /** Sends waiting messages, if that is possible soon, and frees everything. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#retry)
    clearInterval(this.#pings)
    this.#subscriptions.close()
    await withTimeout(CLOSE_TIMEOUT_MS, this.#outbox.drain()).catch(() => {})
    this.#connection?.close()
    this.#connection = undefined
  }

  async #connect(): Promise<void> {
    // A failure during `open` rejects it, or is noted here and handled when it has resolved.
    const state: { connection?: PubSubConnection; failure?: Error } = {}
    try {
      const onMessage = (message: PubSubMessage) => {
        if (!this.#subscriptions.has(message.subject)) return
        for (const listener of this.#listeners) listener.onMessage(message)
      }
      const onDisconnect = (reason: Error) => {
        state.failure = reason
        if (state.connection) this.#disconnected(state.connection, reason)
      }
      const connection = await this.#open({ onMessage, onDisconnect }, this.#options.timeoutMs)
      state.connection = connection
      if (this.#isClosed) return connection.close()
      this.#connection = connection
      this.#openedAt = performance.now()
      if (state.failure) return this.#disconnected(connection, state.failure)
      this.#isReported = false
      this.#pings = setInterval(() => void this.#ping(connection), this.#options.pingMs).unref()
      this.#subscriptions.use(connection)
      this.#outbox.flush()
    } catch (error) {
      this.#reconnect(error as Error)
    }
  }

  #send(messages: readonly PubSubMessage[]): Promise<void> | undefined {
    const connection = this.#connection
    if (!connection) return undefined
    return withTimeout(this.#options.timeoutMs, connection.publish(messages)).catch((error) => {
      this.#disconnected(connection, error)
      throw error
    })
  }

  async #ping(connection: PubSubConnection): Promise<void> {
    try {
      await withTimeout(this.#options.timeoutMs, connection.ping())
    } catch (error) {
      this.#disconnected(connection, error as Error)
    }
  }

  #disconnected(connection: PubSubConnection, reason: Error): void {
    if (connection !== this.#connection) return
    this.#connection = undefined
    clearInterval(this.#pings)
    this.#subscriptions.use(undefined)
    connection.close()
    if (performance.now() - this.#openedAt > STABLE_MS) this.#attempt = 0
    this.#reconnect(reason)
  }

  #reconnect(reason: Error): void {
    if (this.#isClosed) return
    if (!this.#isReported) {
      this.#isReported = true
      this.#options.onError(new Error(`PubSub disconnected, reconnecting: ${reasonOf(reason)}`))
    }
    this.#retry = setTimeout(() => void this.#connect(), backoff(this.#attempt)).unref()
    this.#attempt += 1
  }
}
