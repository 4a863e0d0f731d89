/** Items visited in one turn of the event loop: about a millisecond of writing to sockets. */
const SLICE = 128

/**
 * Visits all items, and lets the event loop run between slices of them: so votes are answered while thousands of streams
 * are written to. The first slice is visited at once. Items removed meanwhile are skipped, added ones are visited.
 */
export async function inSlices<T>(items: Iterable<T>, visit: (item: T) => void): Promise<void> {
  let left = SLICE
  for (const item of items) {
    if (left === 0) {
      await new Promise(setImmediate)
      left = SLICE
    }
    left -= 1
    visit(item)
  }
}
