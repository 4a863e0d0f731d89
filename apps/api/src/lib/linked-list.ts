/** One place in a LinkedList. */
export interface Node<T> {
  readonly value: T
  previous: Node<T> | undefined
  next: Node<T> | undefined
}

/**
 * Values in the order in which they were added, each of which can be deleted. For what comes and goes with every request, in
 * place of a Map: a Map that keeps changing moves to a new table all the time, and V8 links each table to the next. Once
 * one of them is in the old generation, all that follow stay alive with what they held, finished requests and all, until a
 * collection of the whole heap: more than half of the CPU of such a server went into copying them.
 */
export class LinkedList<T> {
  #first: Node<T> | undefined
  #last: Node<T> | undefined

  add(value: T): Node<T> {
    const node: Node<T> = { value, previous: this.#last, next: undefined }
    if (this.#last) this.#last.next = node
    else this.#first = node
    this.#last = node
    return node
  }

  /** Deletes a node of this list. One that has been deleted may be deleted again. */
  delete(node: Node<T>): void {
    const { previous, next } = node
    if (!previous && !next && this.#first !== node) return
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    node.previous = undefined
    node.next = undefined
  }

  /** The first first. The node at hand may be deleted meanwhile. */
  *[Symbol.iterator](): Generator<Node<T>> {
    for (let node = this.#first; node; ) {
      const { next } = node
      yield node
      node = next
    }
  }
}
