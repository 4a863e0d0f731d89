import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import { createParser } from 'eventsource-parser'
import type { History } from './history.ts'
import type { Node } from './node.ts'
import type { Random } from './random.ts'
import { isBroken, judgeRefusal } from './refusal.ts'
import { StreamWitness } from './stream-witness.ts'

/** Milliseconds in which a stream opens, or else another node is asked. */
const PATIENCE = 5000

/** Of so many streams one watches all polls. */
const OF_ALL_POLLS = 5

/** People who watch, on any of the nodes; whose stream ends comes back on another one. */
export class Streams {
  readonly witnesses: StreamWitness[] = []
  readonly #nodes: readonly Node[]
  readonly #history: History
  readonly #open = new Map<AbortController, Node>()
  #over = false

  constructor(nodes: readonly Node[], history: History) {
    this.#nodes = nodes
    this.#history = history
  }

  /** Keeps so many streams open until `stop`. */
  async run(count: number, pollIds: readonly string[], random: Random): Promise<void> {
    const watching = Array.from({ length: count }, (_, index) => {
      const watched = index % OF_ALL_POLLS === 0 ? pollIds : [pollIds[index % pollIds.length] as string]
      const witness = new StreamWitness(this.#history, watched)
      this.witnesses.push(witness)
      return this.#watch(witness, random.fork())
    })
    await Promise.all(watching)
  }

  stop(): void {
    this.#over = true
    for (const controller of this.#open.keys()) controller.abort()
  }

  /** Closes the connections of the streams on this node. */
  cut(node: Node): void {
    for (const [controller, on] of this.#open) if (on === node) controller.abort()
  }

  async #watch(witness: StreamWitness, random: Random): Promise<void> {
    let last: Node | undefined
    while (!this.#over) {
      const up = this.#nodes.filter((node) => node.up)
      const others = up.filter((node) => node !== last)
      last = others.length > 0 ? random.pick(others) : up[0]
      if (last) await this.#connect(witness, last)
      if (!this.#over) await pause(random.whole(20, 300))
    }
  }

  /** Resolves when the connection has ended, whichever way. */
  async #connect(witness: StreamWitness, node: Node): Promise<void> {
    const controller = new AbortController()
    this.#open.set(controller, node)
    const timer = setTimeout(() => controller.abort(), PATIENCE)
    const asked = performance.now()
    const { lastEventId, pollIds } = witness
    const path = pollIds.length === 1 ? routes.stream(pollIds[0] as string) : routes.streamOf(pollIds)
    try {
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
      const answer = await fetch(node.url + path, { headers, signal: controller.signal })
      clearTimeout(timer)
      if (answer.status !== 200) {
        return judgeRefusal(this.#history.faults, `${node.name} answered a stream`, answer, await answer.text())
      }
      if (witness.shown.size > 0) this.#history.reconnections += 1
      witness.connected(() => node.cutOff.noneSince(asked))
      const parser = createParser({ onEvent: (event) => witness.took(event) })
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
