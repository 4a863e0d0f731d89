import { useTimeoutFn } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'

/**
 * Follows a value, but changes at most once in that many milliseconds. The last value is never lost. VueUse's
 * refThrottled reads the wall clock: when that is set back an hour, the value would not change for an hour.
 */
export function useThrottled<T>(source: () => T, milliseconds: number): Readonly<Ref<T>> {
  const throttled = shallowRef(source())
  const { isPending, start } = useTimeoutFn(update, milliseconds, { immediate: false })

  function update(): void {
    if (throttled.value === source()) return
    throttled.value = source()
    start()
  }

  watch(source, () => isPending.value || update())
  return shallowReadonly(throttled)
}
