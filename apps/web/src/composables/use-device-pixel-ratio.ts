import { useEventListener } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { mediaQuery } from '../browser/media-query.ts'

/** Device pixels for each CSS pixel. Changes with the zoom, and when the window moves to another screen. */
export function useDevicePixelRatio(): Readonly<Ref<number>> {
  const ratio = shallowRef(window.devicePixelRatio)
  const read = () => {
    ratio.value = window.devicePixelRatio
  }

  useEventListener(window, 'resize', read)
  // No event says that the window has moved to another screen, only that a query for this ratio no longer matches.
  watch(
    ratio,
    (current, _before, onCleanup) => {
      const scope = new AbortController()
      mediaQuery(`(resolution: ${current}dppx)`)?.addEventListener('change', read, { signal: scope.signal })
      onCleanup(() => scope.abort())
    },
    { immediate: true },
  )
  return shallowReadonly(ratio)
}
