/** Counts the requests that are being answered, and bounds how many there are at once. */
export class InFlight {
  readonly #limit: number
  readonly #limitOfAddress: number
  readonly #ofAddress = new Map<string, number>()
  #count = 0

  /**
   * @param limit how many the process answers at once
   * @param limitOfAddress how many of these one address may have; infinite where addresses tell nothing
   */
  constructor(limit: number, limitOfAddress: number) {
    this.#limit = limit
    this.#limitOfAddress = limitOfAddress
  }

  get count(): number {
    return this.#count
  }

  /** Whether the process has as many as it may, whoever's they are. */
  get isFull(): boolean {
    return this.#count >= this.#limit
  }

  /** Counts one more; false, without counting it, where that would be one too many. */
  enter(address: string): boolean {
    const ofAddress = this.#ofAddress.get(address) ?? 0
    if (this.#count >= this.#limit || ofAddress >= this.#limitOfAddress) return false
    this.#count += 1
    this.#ofAddress.set(address, ofAddress + 1)
    return true
  }

  leave(address: string): void {
    this.#count -= 1
    const left = (this.#ofAddress.get(address) ?? 0) - 1
    if (left > 0) this.#ofAddress.set(address, left)
    else this.#ofAddress.delete(address)
  }
}
