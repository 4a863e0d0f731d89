import { useEventListener } from '@vueuse/core'
import { shallowReadonly, shallowRef } from 'vue'

/**
 * Moves an item of a list along with the pointer, once `start` was called for it. On the window, as an item that is moved in
 * the document loses the pointer that it has captured. Buttons must do the same for those who can't drag.
 */
export function useDragOrder(list: () => HTMLElement | null, move: (from: number, to: number) => void) {
  const dragged = shallowRef<number>()

  function follow({ clientY }: PointerEvent): void {
    const from = dragged.value
    if (from === undefined) return
    const to = [...(list()?.children ?? [])].findIndex((item) => {
      const { top, bottom } = item.getBoundingClientRect()
      return clientY >= top && clientY < bottom
    })
    if (to < 0 || to === from) return
    move(from, to)
    dragged.value = to
  }

  function end(): void {
    dragged.value = undefined
  }

  useEventListener(window, 'pointermove', follow)
  useEventListener(window, ['pointerup', 'pointercancel', 'blur'], end)
  return {
    /** The index of the item that is moved. */
    dragged: shallowReadonly(dragged),
    start(event: PointerEvent, index: number): void {
      if (event.button !== 0) return
      event.preventDefault()
      dragged.value = index
    },
  }
}
