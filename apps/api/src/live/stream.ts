/** What a stream writes to: a socket, as far as the live part needs to know it. */
export interface StreamWriter {
  /** False where some of it has to wait until the reader takes more: then write nothing until `whenWritten`. */
  write(bytes: Uint8Array): boolean
  /** Calls back when nothing waits any more. */
  whenWritten(written: () => void): void
  end(): void
  destroy(): void
}

/** Has something for the stream that must wait until its reader takes more. */
export interface Waiting {
  deliver(): void
}

/** One open response. It never holds more than the one frame that the kernel did not take whole. */
export class Stream {
  /** The heartbeat's lastTick at which it last carried something, or at which its reader stopped taking. */
  lastTick = 0
  readonly #writer: StreamWriter
  #waiting: Set<Waiting> | undefined

  constructor(writer: StreamWriter) {
    this.#writer = writer
  }

  /** True while the reader is slow: write nothing, ask to be called `whenFree`. */
  get blocked(): boolean {
    return this.#waiting !== undefined
  }

  /** Writes a frame. Not while it is blocked. */
  write(bytes: Uint8Array, lastTick: number): void {
    this.lastTick = lastTick
    if (!this.#writer.write(bytes)) this.#block()
  }

  /** Calls `deliver` once, when the reader takes frames again. */
  whenFree(waiting: Waiting): void {
    this.#waiting?.add(waiting)
  }

  forget(waiting: Waiting): void {
    this.#waiting?.delete(waiting)
  }

  /** Ends the response, after what is written. */
  end(): void {
    this.#writer.end()
  }

  /** Ends it now, for a reader that will never take what is written. */
  destroy(): void {
    this.#writer.destroy()
  }

  #block(): void {
    const waiting = new Set<Waiting>()
    this.#waiting = waiting
    this.#writer.whenWritten(() => {
      this.#waiting = undefined
      for (const one of waiting) one.deliver()
    })
  }
}
