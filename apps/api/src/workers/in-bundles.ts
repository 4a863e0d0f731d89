/**
 * Hands on together what comes in one turn of the event loop: a message between processes costs both of them more than
 * what is in it.
 */
export function inBundles<Item>(send: (items: readonly Item[]) => void): (item: Item) => void {
  let items: Item[] = []
  const flush = () => {
    const bundle = items
    items = []
    send(bundle)
  }
  return (item) => {
    if (items.push(item) === 1) setImmediate(flush)
  }
}
