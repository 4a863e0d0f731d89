/** What a stream writes to: a socket, as far as the engine needs to know it. */
export interface StreamWriter {
  /** False where some of it has to wait until the reader takes more: then write nothing until `whenWritten`. */
  write(bytes: Uint8Array): boolean
  /** Calls back when nothing waits any more. */
  whenWritten(written: () => void): void
  end(): void
  destroy(): void
}

/** A stream's place in the audience of one topic. */
export interface Seat {
  /** Writes the newest frame if the stream has not had it; if its reader is slow, as soon as that takes more. */
  deliver(): void
  /** Gives the place up. */
  free(): void
}

/** One open response. It never holds more than the one frame that the kernel did not take whole. */
export class Stream {
  /** The heartbeat's tick at which it last carried something, or at which its reader stopped taking. */
  lastTick = 0
  readonly #writer: StreamWriter
  #seats: readonly Seat[] = []
  /** Seats with something to deliver; set while the reader is slow, and for good once the stream has ended. */
  #waiting: Set<Seat> | undefined
  #isEnded = false

  constructor(writer: StreamWriter) {
    this.#writer = writer
  }

  /** True while nothing may be written: ask to be called `whenFree`. */
  get blocked(): boolean {
    return this.#waiting !== undefined
  }

  /** Takes a seat in each audience, and delivers the current state of each topic. */
  start(audiences: readonly { seat(stream: Stream): Seat }[]): void {
    const seats = audiences.map((audience) => audience.seat(this))
    this.#seats = seats
    for (const seat of seats) seat.deliver()
  }

  /** Writes a frame. Not while it is blocked. */
  write(bytes: Uint8Array, tick: number): void {
    this.lastTick = tick
    if (!this.#writer.write(bytes)) this.#block()
  }

  /** Has the seat deliver when the reader takes frames again. */
  whenFree(seat: Seat): void {
    this.#waiting?.add(seat)
  }

  /** Gives one seat up. With the last one the response ends. */
  leave(seat: Seat): void {
    this.#seats = this.#seats.filter((one) => one !== seat)
    this.#waiting?.delete(seat)
    seat.free()
    if (this.#seats.length === 0) this.end()
  }

  /** Gives all seats up, once the connection is closed. */
  free(): void {
    for (const seat of this.#seats) seat.free()
    this.#seats = []
    this.#waiting?.clear()
  }

  /** Ends the response, after what is written. Nothing is written any more. */
  end(): void {
    this.#isEnded = true
    this.#waiting ??= new Set()
    this.#writer.end()
  }

  /** Ends it now, for a reader that will never take what is written. */
  destroy(): void {
    this.#writer.destroy()
  }

  #block(): void {
    const waiting = new Set<Seat>()
    this.#waiting = waiting
    this.#writer.whenWritten(() => {
      if (this.#isEnded) return
      this.#waiting = undefined
      for (const seat of waiting) seat.deliver()
    })
  }
}
