import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { mediaQuery } from '../browser/media-query.ts'

/** Device pixels for each CSS pixel. Changes with the zoom, and when the window moves to another screen. */
export function useDevicePixelRatio(): Readonly<Ref<number>> {
  const ratio = shallowRef(window.devicePixelRatio)
  watch(
    ratio,
    (current, _before, onCleanup) => {
      const scope = new AbortController()
      // A query can only tell that the ratio is no longer this one.
      mediaQuery(`(resolution: ${current}dppx)`)?.addEventListener(
        'change',
        () => {
          ratio.value = window.devicePixelRatio
        },
        { signal: scope.signal },
      )
      onCleanup(() => scope.abort())
    },
    { immediate: true },
  )
  return shallowReadonly(ratio)
}
