import { reasonOf } from '../lib/reason-of.ts'
import { backoff, withTimeout } from '../lib/time.ts'
import { LocalPubSub, type PubSub, type PubSubMessage } from '../live/pubsub.ts'
import { Outbox } from './outbox.ts'
import type { OpenConnection, PubSubConnection } from './pubsub-connection.ts'
import { Subscriptions } from './subscriptions.ts'

export interface PubSubOptions {
  /** Hears once of each time that other processes can't be reached. */
  onError: (error: Error) => void
  /** Milliseconds that a poll is still listened for after the last stream has left it. */
  linger?: number
  /** Milliseconds that anything asked of the line may take before it counts as broken. */
  patience?: number
  /** Milliseconds between looks whether the line is still there: a cut cable says nothing by itself. */
  heartbeat?: number
}

/** A line that held so long was a good one: the delays begin anew. */
const STEADY_MS = 5000

/**
 * A bus between processes, over any PubSubConnection. Wakes are delivered in this process at once, whatever the line does.
 * Others are told of the newest revision of each poll, in one sending at a time; while there is no line it waits for
 * the next one, which is opened after growing delays. Whenever wakes may have been missed (the line is new, or the
 * poll is) the poll is reported as such, so that it is read again.
 */
export class ReconnectingPubSub implements PubSub {
  readonly #open: OpenConnection
  readonly #options: Required<PubSubOptions>
  readonly #here = new LocalPubSub()
  readonly #missed: ((pollId: string) => void)[] = []
  readonly #subscriptions: Subscriptions
  readonly #outbox: Outbox
  #line: PubSubConnection | undefined
  #opened = 0
  #attempt = 0
  #reported = false
  #closed = false
  #retry: NodeJS.Timeout | undefined
  #heart: NodeJS.Timeout | undefined

  constructor(open: OpenConnection, options: PubSubOptions) {
    this.#open = open
    this.#options = { linger: 1000, patience: 5000, heartbeat: 5000, ...options }
    this.#subscriptions = new Subscriptions({
      linger: this.#options.linger,
      onBegun: (pollId) => {
        for (const missed of this.#missed) missed(pollId)
      },
      onError: (line, error) => this.#broken(line, error),
    })
    this.#outbox = new Outbox((wakes) => this.#send(wakes))
    void this.#connect()
  }

  publish(wake: PubSubMessage): void {
    this.#here.publish(wake)
    if (!this.#closed) this.#outbox.put(wake)
  }

  watch(pollId: string): void {
    this.#subscriptions.add(pollId)
  }

  unwatch(pollId: string): void {
    this.#subscriptions.delete(pollId)
  }

  listen(listener: (wake: PubSubMessage) => void, missed?: (pollId: string) => void): void {
    this.#here.listen(listener)
    if (missed) this.#missed.push(missed)
  }

  /** Sends what waits, if that can be done soon, and frees everything. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#retry)
    clearInterval(this.#heart)
    this.#subscriptions.close()
    await withTimeout(1000, this.#outbox.drain()).catch(() => {})
    this.#line?.close()
    this.#line = undefined
  }

  async #connect(): Promise<void> {
    // What breaks before there is a line to break rejects `open`.
    const state: { line?: PubSubConnection; broken?: Error } = {}
    try {
      const hear = (wake: PubSubMessage) => {
        if (this.#subscriptions.has(wake.pollId)) this.#here.publish(wake)
      }
      const broken = (reason: Error) => {
        state.broken = reason
        if (state.line) this.#broken(state.line, reason)
      }
      const line = await this.#open({ hear, broken }, this.#options.patience)
      state.line = line
      if (this.#closed) return line.close()
      this.#line = line
      this.#opened = performance.now()
      if (state.broken) return this.#broken(line, state.broken)
      this.#reported = false
      this.#heart = setInterval(() => void this.#beat(line), this.#options.heartbeat).unref()
      this.#subscriptions.use(line)
      this.#outbox.flush()
    } catch (error) {
      this.#again(error as Error)
    }
  }

  #send(wakes: readonly PubSubMessage[]): Promise<void> | undefined {
    const line = this.#line
    if (!line) return undefined
    return withTimeout(this.#options.patience, line.send(wakes)).catch((error) => {
      this.#broken(line, error)
      throw error
    })
  }

  async #beat(line: PubSubConnection): Promise<void> {
    try {
      await withTimeout(this.#options.patience, line.ping())
    } catch (error) {
      this.#broken(line, error as Error)
    }
  }

  #broken(line: PubSubConnection, reason: Error): void {
    if (line !== this.#line) return
    this.#line = undefined
    clearInterval(this.#heart)
    this.#subscriptions.use(undefined)
    line.close()
    if (performance.now() - this.#opened > STEADY_MS) this.#attempt = 0
    this.#again(reason)
  }

  #again(reason: Error): void {
    if (this.#closed) return
    if (!this.#reported) {
      this.#reported = true
      this.#options.onError(new Error(`Other processes can't be told of votes; trying again: ${reasonOf(reason)}`))
    }
    this.#retry = setTimeout(() => void this.#connect(), backoff(this.#attempt)).unref()
    this.#attempt += 1
  }
}
