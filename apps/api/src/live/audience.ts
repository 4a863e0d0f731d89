import type { Broker } from './broker.ts'
import { inSlices } from './in-slices.ts'
import type { Pulse } from './pulse.ts'
import { Frame } from './sse-frame.ts'
import type { Stream, Waiting } from './stream.ts'

/**
 * After a sweep during which newer votes came in, rest this many times as long as the sweep took. So delivering
 * takes at most a third of the process, votes the rest, and charts are as fresh as that allows at any rate of votes.
 */
const REST = 2

/** A stream's place in an audience: what it has been shown. */
class Seat implements Waiting {
  readonly stream: Stream
  readonly #audience: Audience
  #revision: number

  constructor(audience: Audience, stream: Stream) {
    this.#audience = audience
    this.stream = stream
    this.#revision = -1
  }

  /** Writes the newest frame if the stream has not had it; if its reader is slow, as soon as that takes more. */
  deliver(): void {
    const frame = this.#audience.newest
    if (!frame || frame.revision <= this.#revision) return
    if (this.stream.blocked) return this.stream.whenFree(this)
    const bytes = this.#revision < 0 ? frame.first : frame.update
    this.#revision = frame.revision
    this.stream.write(bytes, this.#audience.pulse.beat)
  }
}

/** All the streams open on one poll: wakes once for each new snapshot, and writes one Buffer to all of them. */
export class Audience {
  /** The frame to show; missing only before `ready`. */
  newest: Frame | undefined
  /** Settles with the first snapshot: rejects where the poll can't be read. */
  readonly ready: Promise<void>
  readonly pulse: Pulse
  readonly #seats = new Map<Stream, Seat>()
  readonly #closing = new AbortController()
  #sweeping = false

  constructor(broker: Broker, pulse: Pulse, pollId: string) {
    this.pulse = pulse
    this.ready = new Promise((resolve, reject) => {
      this.#follow(broker, pollId, resolve).catch(reject)
    })
  }

  get size(): number {
    return this.#seats.size
  }

  /** Gives the stream a seat and the current snapshot. Only once it is ready. */
  join(stream: Stream): void {
    const seat = new Seat(this, stream)
    this.#seats.set(stream, seat)
    seat.deliver()
  }

  leave(stream: Stream): void {
    const seat = this.#seats.get(stream)
    if (!seat) return
    stream.forget(seat)
    this.#seats.delete(stream)
  }

  /** Stops following the poll, and frees what that held, at once. */
  close(): void {
    this.#closing.abort()
  }

  async #follow(broker: Broker, pollId: string, ready: () => void): Promise<void> {
    const { signal } = this.#closing
    try {
      for await (const snapshot of broker.changes(pollId, signal)) {
        this.newest = new Frame(snapshot)
        ready()
        if (!this.#sweeping) void this.#sweep()
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #sweep(): Promise<void> {
    this.#sweeping = true
    for (;;) {
      const swept = this.newest
      const start = performance.now()
      await inSlices(this.#seats.values(), (seat) => seat.deliver())
      if (this.newest === swept) break
      const rest = (performance.now() - start) * REST
      await new Promise((resolve) => setTimeout(resolve, rest))
    }
    this.#sweeping = false
  }
}
