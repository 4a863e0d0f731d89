import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'

/** Follows a value, but changes at most once in that many milliseconds. The last value is never lost. */
export function useThrottled<T>(source: () => T, milliseconds: number): Readonly<Ref<T>> {
  const followed = shallowRef(source())
  let timer: ReturnType<typeof setTimeout> | undefined

  function follow(): void {
    timer = undefined
    if (followed.value === source()) return
    followed.value = source()
    timer = setTimeout(follow, milliseconds)
  }

  watch(source, () => {
    if (timer === undefined) follow()
  })
  onScopeDispose(() => clearTimeout(timer))
  return shallowReadonly(followed)
}
