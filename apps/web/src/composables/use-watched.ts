import { onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'

const patience = 30_000

/**
 * Whether anyone looks at this tab: true as soon as it is seen, false once it was hidden for a while. Over HTTP/1.1 a
 * browser has six connections to a host: seven forgotten tabs with a stream each would lock everyone out of the eighth.
 */
export function useWatched(): Readonly<Ref<boolean>> {
  const isWatched = shallowRef(!document.hidden)
  const scope = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  document.addEventListener(
    'visibilitychange',
    () => {
      clearTimeout(timer)
      if (!document.hidden) isWatched.value = true
      else
        timer = setTimeout(() => {
          isWatched.value = false
        }, patience)
    },
    { signal: scope.signal },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    scope.abort()
  })
  return shallowReadonly(isWatched)
}
