import type { AttackedServer } from './attacked-server.ts'

const EVERY_MS = 50

/** Measures the peak memory of a server. */
export class PeakMemory {
  readonly #server: AttackedServer
  readonly #timer: NodeJS.Timeout
  readonly #before: number
  #peak: number

  constructor(server: AttackedServer) {
    this.#server = server
    this.#before = server.usage?.memoryMb ?? Number.NaN
    this.#peak = this.#before
    this.#timer = setInterval(() => this.#measure(), EVERY_MS)
  }

  /** Returns the MB from the memory at the start to the peak. */
  stop(): number {
    clearInterval(this.#timer)
    this.#measure()
    return this.#peak - this.#before
  }

  #measure(): void {
    this.#peak = Math.max(this.#peak, this.#server.usage?.memoryMb ?? 0)
  }
}
