import { onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'

export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query)
  const matches = shallowRef(list.matches)
  const scope = new AbortController()
  list.addEventListener(
    'change',
    () => {
      matches.value = list.matches
    },
    { signal: scope.signal },
  )
  onScopeDispose(() => scope.abort())
  return shallowReadonly(matches)
}
