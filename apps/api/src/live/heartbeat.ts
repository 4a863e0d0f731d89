import { keepaliveSeconds } from '@pollcast/shared/stream'
import { Condition } from './condition.ts'
import { endAll, farewell } from './farewell.ts'
import { KEEPALIVE } from './frame.ts'
import { inSlices } from './in-slices.ts'
import type { Stream } from './stream.ts'

/** Milliseconds between two ticks. Silence is measured in ticks. */
const TICK_MS = 500
const KEEPALIVE_TICKS = (keepaliveSeconds * 1000) / TICK_MS

/**
 * One timer for all streams of the process. It counts ticks, sends keepalives on silent streams, and closes those that have
 * been blocked for too long: their clients reconnect by themselves and get the newest state.
 */
export class Heartbeat {
  tick = 0
  readonly #streams = new Set<Stream>()
  readonly #closed = new Condition()
  readonly #stuckTicks: number
  readonly #timer: NodeJS.Timeout
  #visiting = false
  #stopped = false

  /** @param stuckSeconds seconds without reading after which a client's stream is closed */
  constructor(stuckSeconds = 60) {
    this.#stuckTicks = (stuckSeconds * 1000) / TICK_MS
    this.#timer = setInterval(() => void this.#onTick(), TICK_MS).unref()
  }

  get streams(): number {
    return this.#streams.size
  }

  /** Calls back for each open stream, those that are added meanwhile too. */
  visit(act: (stream: Stream) => void): Promise<void> {
    return inSlices(this.#streams, act)
  }

  add(stream: Stream): void {
    stream.lastTick = this.tick
    this.#streams.add(stream)
    if (this.#stopped) stream.endWith(farewell(Math.random()))
  }

  delete(stream: Stream): void {
    this.#streams.delete(stream)
    this.#closed.notifyAll()
  }

  /**
   * Stops the timer and ends every stream, also those that are added later, after telling its client when to come back.
   * Resolves when all are closed. After `grace` milliseconds those are cut off that have not been read to their end.
   */
  async stop(grace: number): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    void endAll(this.#streams)
    await this.#closed.waitFor(() => this.#streams.size === 0, grace)
    for (const stream of this.#streams) stream.destroy()
  }

  async #onTick(): Promise<void> {
    this.tick += 1
    if (this.#visiting) return
    this.#visiting = true
    await inSlices(this.#streams, (stream) => this.#visit(stream))
    this.#visiting = false
  }

  #visit(stream: Stream): void {
    const silent = this.tick - stream.lastTick
    if (stream.blocked) {
      if (silent >= this.#stuckTicks) stream.destroy()
    } else if (silent >= KEEPALIVE_TICKS) {
      stream.write(KEEPALIVE, this.tick)
    }
  }
}
