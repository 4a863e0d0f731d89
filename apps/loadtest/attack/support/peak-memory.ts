import type { AttackedServer } from './attacked-server.ts'

const EVERY_MS = 50

/** Watches how much memory a server takes. */
export class PeakMemory {
  readonly #server: AttackedServer
  readonly #timer: NodeJS.Timeout
  readonly #before: number
  #peak: number

  constructor(server: AttackedServer) {
    this.#server = server
    this.#before = server.usage?.memoryMb ?? Number.NaN
    this.#peak = this.#before
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  /** MB that it had more at the highest than at the start. */
  stop(): number {
    clearInterval(this.#timer)
    this.#look()
    return this.#peak - this.#before
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, this.#server.usage?.memoryMb ?? 0)
  }
}
