import { onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'

const HIDDEN_TIMEOUT_MS = 30_000

/**
 * Whether the tab is visible: true as soon as it is, false once it has been hidden for 30 seconds. Over HTTP/1.1 a
 * browser opens six connections to a host, so six forgotten tabs with a stream each would keep a seventh from loading.
 */
export function usePageVisibility(): Readonly<Ref<boolean>> {
  const isVisible = shallowRef(!document.hidden)
  const scope = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  document.addEventListener(
    'visibilitychange',
    () => {
      clearTimeout(timer)
      if (!document.hidden) isVisible.value = true
      else
        timer = setTimeout(() => {
          isVisible.value = false
        }, HIDDEN_TIMEOUT_MS)
    },
    { signal: scope.signal },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    scope.abort()
  })
  return shallowReadonly(isVisible)
}
