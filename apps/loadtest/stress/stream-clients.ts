import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { createParser } from 'eventsource-parser'
import type { Random } from '../processes/random.ts'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import { checkRefusal, isBroken } from './refusal.ts'
import { StreamObserver } from './stream-observer.ts'

/** How long a client waits for the response before it tries another server. */
const OPEN_TIMEOUT_MS = 5000

/** One client in so many subscribes to all polls. */
const ALL_POLLS_EVERY = 5

/** Clients that keep a stream open. When it ends they reconnect, to another server if there is one. */
export class StreamClients {
  readonly observers: StreamObserver[] = []
  readonly #nodes: readonly Node[]
  readonly #history: History
  readonly #open = new Map<AbortController, Node>()
  #stopped = false

  constructor(nodes: readonly Node[], history: History) {
    this.#nodes = nodes
    this.#history = history
  }

  /** Keeps so many streams open until `stop`. */
  async run(count: number, pollIds: readonly string[], random: Random): Promise<void> {
    const clients = Array.from({ length: count }, (_, index) => {
      const own = index % ALL_POLLS_EVERY === 0 ? pollIds : [pollIds[index % pollIds.length] as string]
      const observer = new StreamObserver(this.#history, own)
      this.observers.push(observer)
      return this.#keepOpen(observer, random.fork())
    })
    await Promise.all(clients)
  }

  stop(): void {
    this.#stopped = true
    for (const controller of this.#open.keys()) controller.abort()
  }

  /** Closes the connections to this server. */
  cut(node: Node): void {
    for (const [controller, to] of this.#open) if (to === node) controller.abort()
  }

  async #keepOpen(observer: StreamObserver, random: Random): Promise<void> {
    let last: Node | undefined
    while (!this.#stopped) {
      const up = this.#nodes.filter((node) => node.up)
      const others = up.filter((node) => node !== last)
      last = others.length > 0 ? random.pick(others) : up[0]
      if (last) await this.#connect(observer, last)
      if (!this.#stopped) await pause(random.whole(20, 300))
    }
  }

  /** Resolves when the connection has ended, for whatever reason. */
  async #connect(observer: StreamObserver, node: Node): Promise<void> {
    const controller = new AbortController()
    this.#open.set(controller, node)
    const timer = setTimeout(() => controller.abort(), OPEN_TIMEOUT_MS)
    const requestedAt = performance.now()
    const { lastEventId, pollIds } = observer
    const path = pollIds.length === 1 ? routes.stream(pollIds[0] as string) : routes.streamOf(pollIds)
    try {
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
      const answer = await fetch(node.url + path, { headers, signal: controller.signal })
      clearTimeout(timer)
      if (answer.status !== 200) {
        return checkRefusal(this.#history.failures, `${node.name} answered a stream`, answer, await answer.text())
      }
      if (observer.shown.size > 0) this.#history.reconnections += 1
      observer.connected(() => node.cutOff.clearSince(requestedAt))
      const parser = createParser({ onEvent: (event) => observer.received(event) })
      for await (const text of (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
        parser.feed(text)
      }
    } catch (error) {
      if (!isBroken(error)) throw error
    } finally {
      clearTimeout(timer)
      this.#open.delete(controller)
    }
  }
}
