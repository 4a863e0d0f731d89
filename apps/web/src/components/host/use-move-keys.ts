import { useEventListener } from '@vueuse/core'
import { isTurnedOff } from '../../composables/shortcuts.ts'
import type { Moves } from './use-moves.ts'

/** Keys that mean something where they are pressed. */
const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role=radiogroup] *'

/** N and → show the next poll. A move can be undone; nothing that can't is on a key. */
export function useMoveKeys({ moveToNext }: Moves, isActive: () => boolean): void {
  useEventListener(document, 'keydown', (event) => {
    if (
      !isActive() ||
      isTurnedOff(event) ||
      event.defaultPrevented ||
      event.repeat ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.shiftKey
    )
      return
    if (event.key !== 'ArrowRight' && event.key.toLowerCase() !== 'n') return
    if (event.target instanceof HTMLElement && event.target.matches(TAKES_KEYS)) return
    if (document.querySelector('dialog[open]')) return
    event.preventDefault()
    void moveToNext()
  })
}
