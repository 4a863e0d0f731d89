import { keepaliveSeconds } from '@pollcast/shared/stream'
import { KEEPALIVE } from './frame.ts'
import { inSlices } from './in-slices.ts'
import type { Stream } from './stream.ts'

/** Milliseconds from beat to beat: how exactly silence is measured. */
const BEAT_MS = 500
const SILENT_BEATS = (keepaliveSeconds * 1000) / BEAT_MS

/**
 * The one timer of all streams of the process. It counts beats, keeps silent streams alive, and closes those whose
 * reader has taken nothing for too long: such a reader comes back by itself, to the newest snapshot.
 */
export class Pulse {
  beat = 0
  readonly #streams = new Set<Stream>()
  readonly #stuckBeats: number
  readonly #timer: NodeJS.Timeout
  #visiting = false
  #stopped = false

  /** @param stuckSeconds how long a reader may take nothing before its stream is closed */
  constructor(stuckSeconds = 60) {
    this.#stuckBeats = (stuckSeconds * 1000) / BEAT_MS
    this.#timer = setInterval(() => void this.#strike(), BEAT_MS).unref()
  }

  get streams(): number {
    return this.#streams.size
  }

  add(stream: Stream): void {
    this.#streams.add(stream)
    if (this.#stopped) stream.end()
  }

  delete(stream: Stream): void {
    this.#streams.delete(stream)
  }

  /** Stops the timer and ends every stream, those yet to come too. */
  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
    for (const stream of this.#streams) stream.end()
  }

  async #strike(): Promise<void> {
    this.beat += 1
    if (this.#visiting) return
    this.#visiting = true
    await inSlices(this.#streams, (stream) => this.#visit(stream))
    this.#visiting = false
  }

  #visit(stream: Stream): void {
    const silent = this.beat - stream.beat
    if (stream.blocked) {
      if (silent >= this.#stuckBeats) stream.destroy()
    } else if (silent >= SILENT_BEATS) {
      stream.write(KEEPALIVE, this.beat)
    }
  }
}
