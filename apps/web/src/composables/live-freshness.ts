import { shallowReadonly, shallowRef } from 'vue'
import { Freshness } from '../api/freshness.ts'

const freshness = new Freshness()
const shown = shallowRef<number>()
let onMeasured: (milliseconds: number) => void = () => {}

/** Milliseconds from commits to the screen, as the last updates took; undefined where that is not known. */
export const liveFreshness = shallowReadonly(shown)

/** Has each update that is measured told to one listener. */
export function listenToFreshness(listener: (milliseconds: number) => void): void {
  onMeasured = listener
}

/**
 * Notes an update when it has been painted: the frame after the one that it is drawn in begins. A hidden tab paints nothing, so
 * an update that comes to one, or that it is hidden before, says nothing.
 *
 * @param now the server's clock when it was sent (ISO 8601)
 * @param age milliseconds from its commit to then
 */
export function notePainted(now: string, age: number): void {
  if (document.hidden) return
  let isSeen = true
  const hide = () => {
    isSeen = false
  }
  document.addEventListener('visibilitychange', hide, { once: true })
  requestAnimationFrame(() => {
    // Runs when the frame is done.
    setTimeout(() => {
      document.removeEventListener('visibilitychange', hide)
      if (!isSeen) return
      const milliseconds = freshness.note(now, age)
      if (milliseconds !== undefined) onMeasured(milliseconds)
      shown.value = freshness.median
    })
  })
}
