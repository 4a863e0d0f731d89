/** A queue that is left by one item of each key in turn, so that who has added a thousand is not in the way of who adds one. */
export class FairQueue<Item> {
  /** In the order in which they have their next turn. None is empty. */
  readonly #waiting = new Map<string, Item[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(key: string, item: Item): void {
    this.#size += 1
    const items = this.#waiting.get(key)
    if (items) items.push(item)
    else this.#waiting.set(key, [item])
  }

  /** Returns the next items, at most so many. They have left the queue. */
  take(count: number): Item[] {
    const taken: Item[] = []
    // A key that is added again comes once more.
    for (const [key, items] of this.#waiting) {
      if (taken.length === count) break
      this.#waiting.delete(key)
      taken.push(items.shift() as Item)
      if (items.length > 0) this.#waiting.set(key, items)
    }
    this.#size -= taken.length
    return taken
  }
}
