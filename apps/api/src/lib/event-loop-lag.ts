const TICK_MS = 250

/** How late the process is: the lag of its event loop, by a clock that ticks on it. */
export class EventLoopLag {
  readonly #now: () => number
  readonly #timer: NodeJS.Timeout
  #ticked: number
  #lag = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#ticked = now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /** Milliseconds by which the last tick was late, or the next one is by now, whichever is more. */
  get milliseconds(): number {
    return Math.max(this.#lag, this.#now() - this.#ticked - TICK_MS, 0)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = this.#now()
    this.#lag = now - this.#ticked - TICK_MS
    this.#ticked = now
  }
}
