import { onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'
import { mediaQuery } from '../browser/media-query.ts'

/** Whether the query matches; false if the browser can't tell. */
export function useMediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = mediaQuery(query)
  const matches = shallowRef(list?.matches ?? false)
  const scope = new AbortController()
  list?.addEventListener(
    'change',
    () => {
      matches.value = list.matches
    },
    { signal: scope.signal },
  )
  onScopeDispose(() => scope.abort())
  return shallowReadonly(matches)
}
