import { useEventListener } from '@vueuse/core'
import { isTurnedOff } from '../../composables/shortcuts.ts'

interface Actions {
  code(): void
  fill(): void
  results(): void
  next(): void
  previous(): void
  cancel(): void
}

/**
 * Keys of the big screen, and what clickers send: PageDown and PageUp, `.` or `b` to blank (which shows how to join: the
 * screen is never black). Escape also ends full screen, by the browser itself; F5 is left to it, and loads the same page.
 */
const KEYS: Record<string, keyof Actions> = {
  q: 'code',
  b: 'code',
  '.': 'code',
  f: 'fill',
  r: 'results',
  ' ': 'next',
  arrowright: 'next',
  arrowdown: 'next',
  pagedown: 'next',
  arrowleft: 'previous',
  arrowup: 'previous',
  pageup: 'previous',
  escape: 'cancel',
}

export function useScreenKeys(actions: Actions): void {
  useEventListener(window, 'keydown', (event) => {
    if (isTurnedOff(event) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const action = KEYS[event.key.toLowerCase()]
    if (!action || isForControl(event)) return
    event.preventDefault()
    // A key that is held down is one press.
    if (!event.repeat) actions[action]()
  })
}

/** Whether the key works the button or list that has the focus. */
function isForControl({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement) return key !== 'Escape'
  return target instanceof HTMLButtonElement && key === ' '
}
