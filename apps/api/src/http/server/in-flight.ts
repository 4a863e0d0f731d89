/** Counts what is open at a time (requests in flight, streams) and limits it: in all, and of one address. */
export class InFlight {
  readonly #limit: number
  readonly #limitOfAddress: number
  readonly #ofAddress = new Map<string, number>()
  #count = 0

  /**
   * @param limit how many there may be in this process
   * @param limitOfAddress how many of these may be of one address; infinite if addresses are not to be told apart
   */
  constructor(limit: number, limitOfAddress: number) {
    this.#limit = limit
    this.#limitOfAddress = limitOfAddress
  }

  get count(): number {
    return this.#count
  }

  /** Whether the limit of the process is reached. */
  get isFull(): boolean {
    return this.#count >= this.#limit
  }

  /** Whether the limit of this address is reached. */
  isFullFor(address: string): boolean {
    return (this.#ofAddress.get(address) ?? 0) >= this.#limitOfAddress
  }

  /** Counts one more. Returns false, without counting it, if that would exceed a limit. */
  enter(address: string): boolean {
    if (this.isFull || this.isFullFor(address)) return false
    this.#count += 1
    this.#ofAddress.set(address, (this.#ofAddress.get(address) ?? 0) + 1)
    return true
  }

  leave(address: string): void {
    this.#count -= 1
    const left = (this.#ofAddress.get(address) ?? 0) - 1
    if (left > 0) this.#ofAddress.set(address, left)
    else this.#ofAddress.delete(address)
  }
}
