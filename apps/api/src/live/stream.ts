/** What a stream writes to: a socket, as far as the live part needs to know it. */
export interface Outlet {
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
  /** The pulse's beat at which it last carried something, or at which its reader stopped taking. */
  beat = 0
  readonly #outlet: Outlet
  #waiting: Set<Waiting> | undefined

  constructor(outlet: Outlet) {
    this.#outlet = outlet
  }

  /** True while the reader is slow: write nothing, ask to be called `whenFree`. */
  get blocked(): boolean {
    return this.#waiting !== undefined
  }

  /** Writes a frame. Not while it is blocked. */
  write(bytes: Uint8Array, beat: number): void {
    this.beat = beat
    if (!this.#outlet.write(bytes)) this.#block()
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
    this.#outlet.end()
  }

  /** Ends it now, for a reader that will never take what is written. */
  destroy(): void {
    this.#outlet.destroy()
  }

  #block(): void {
    const waiting = new Set<Waiting>()
    this.#waiting = waiting
    this.#outlet.whenWritten(() => {
      this.#waiting = undefined
      for (const one of waiting) one.deliver()
    })
  }
}
