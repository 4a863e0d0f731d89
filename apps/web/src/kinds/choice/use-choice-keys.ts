import { useEventListener } from '@vueuse/core'
import { isTurnedOff } from '../../composables/shortcuts.ts'

/** Keys 1 to 9 choose the choices in their order, unless the voter is typing or the key is a shortcut of the browser. */
export function useChoiceKeys(choose: (index: number) => void): void {
  useEventListener(document, 'keydown', (event) => {
    if (isTurnedOff(event) || event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey)
      return
    if (!/^[1-9]$/.test(event.key) || isTyping(event.target)) return
    choose(Number(event.key) - 1)
  })
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')
  )
}
