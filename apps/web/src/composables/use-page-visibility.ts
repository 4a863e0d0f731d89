import { useDocumentVisibility, useTimeoutFn } from '@vueuse/core'
import { type Ref, shallowReadonly, shallowRef, watch } from 'vue'

const HIDDEN_TIMEOUT_MS = 30_000

/**
 * Whether the tab is visible: true as soon as it is, false once it has been hidden for 30 seconds. Over HTTP/1.1 a
 * browser opens six connections to a host, so six forgotten tabs with a stream each would keep a seventh from loading.
 */
export function usePageVisibility(): Readonly<Ref<boolean>> {
  const visibility = useDocumentVisibility()
  const isVisible = shallowRef(visibility.value === 'visible')
  const hide = () => {
    isVisible.value = false
  }
  const { start, stop } = useTimeoutFn(hide, HIDDEN_TIMEOUT_MS, { immediate: false })

  watch(visibility, (state) => {
    if (state === 'hidden') return start()
    stop()
    isVisible.value = true
  })
  return shallowReadonly(isVisible)
}
