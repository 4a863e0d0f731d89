/** Items visited before the event loop gets its turn: about a millisecond of writing to sockets. */
const SLICE = 128

/**
 * Visits each item, letting the event loop run between slices, so that votes are answered while thousands of streams
 * are written to. The first slice is visited at once. Items that are removed meanwhile are skipped, added ones visited.
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
