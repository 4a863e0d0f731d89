import { shallowReadonly, shallowRef } from 'vue'
import { Freshness } from '../api/freshness.ts'

const freshness = new Freshness()
const shown = shallowRef<number>()

/** Milliseconds from the server to the screen, as the last updates took; undefined where that is not known. */
export const liveFreshness = shallowReadonly(shown)

/**
 * Notes an update when it has been painted: the frame after the one that it is drawn in begins.
 *
 * @param now the server's clock when it was sent (ISO 8601)
 */
export function notePainted(now: string): void {
  requestAnimationFrame(() => {
    // Runs when the frame is done.
    setTimeout(() => {
      freshness.note(now)
      shown.value = freshness.median
    })
  })
}
