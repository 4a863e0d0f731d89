import type { Snapshot } from '@pollcast/shared/poll'
import { withTimeout } from '../lib/time.ts'
import type { Broker } from './broker.ts'
import { Frame } from './frame.ts'
import type { Heartbeat } from './heartbeat.ts'
import { inSlices } from './in-slices.ts'
import type { Stream, Waiting } from './stream.ts'

/**
 * After a sweep during which newer votes came in, rest this many times as long as the sweep took. So delivering
 * takes at most a third of the process, votes the rest, and charts are as fresh as that allows at any rate of votes.
 */
const REST = 2

/** Milliseconds that a stream which comes back waits, at most twice, for the database to tell what it missed. */
const CATCH_UP_PATIENCE = 1000

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
    this.stream.write(bytes, this.#audience.heartbeat.tick)
  }
}

/** All the streams open on one poll: wakes once for each new snapshot, and writes one Buffer to all of them. */
export class Audience {
  /** The frame to show; missing only before `ready`. */
  newest: Frame | undefined
  /** Settles with the first snapshot: rejects where the poll can't be read. */
  readonly ready: Promise<void>
  readonly heartbeat: Heartbeat
  readonly #broker: Broker
  readonly #pollId: string
  readonly #seats = new Map<Stream, Seat>()
  readonly #closing = new AbortController()
  #sweeping = false
  #catchingUp: Promise<void> | undefined

  constructor(broker: Broker, heartbeat: Heartbeat, pollId: string) {
    this.heartbeat = heartbeat
    this.#broker = broker
    this.#pollId = pollId
    this.ready = new Promise((resolve, reject) => {
      this.#follow(resolve).catch(reject)
    })
  }

  get size(): number {
    return this.#seats.size
  }

  /**
   * Resolves when this revision, which a client was shown elsewhere, can be shown here: its wake may have been lost, or
   * be on its way. The poll is read once for all who come meanwhile. Where it can't be read soon, or there is no such
   * revision, what is known has to do. Only once it is ready.
   */
  async catchUp(revision: number): Promise<void> {
    // Twice, for a read that was under way may have begun too early.
    for (let read = 0; read < 2 && (this.newest?.revision ?? 0) < revision; read += 1) {
      this.#catchingUp ??= this.#readAgain()
      await withTimeout(CATCH_UP_PATIENCE, this.#catchingUp).catch(() => {})
    }
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

  async #follow(ready: () => void): Promise<void> {
    const { signal } = this.#closing
    try {
      for await (const snapshot of this.#broker.changes(this.#pollId, signal)) {
        this.#show(snapshot)
        ready()
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #readAgain(): Promise<void> {
    const read = await this.#broker.read(this.#pollId)
    this.#catchingUp = undefined
    if (read) this.#show(read)
  }

  #show(snapshot: Snapshot): void {
    if (this.newest && this.newest.revision >= snapshot.revision) return
    this.newest = new Frame(snapshot)
    if (!this.#sweeping) void this.#sweep()
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
