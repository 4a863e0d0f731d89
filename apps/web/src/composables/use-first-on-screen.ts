import { onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { observeVisibility } from '../browser/observe.ts'

/** The index of the first list item on screen; while none is, the last one that was. */
export function useFirstOnScreen(list: () => HTMLElement | null, length: () => number): Readonly<Ref<number>> {
  const first = shallowRef(0)
  const seen = new Set<Element>()
  const observer = observeVisibility((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target) : seen.delete(target)
    const index = [...(list()?.children ?? [])].findIndex((item) => seen.has(item))
    if (index >= 0) first.value = index
  })

  watch(
    [list, length],
    () => {
      for (const item of list()?.children ?? []) observer.observe(item)
    },
    { flush: 'post' },
  )
  onScopeDispose(() => observer.stop())
  return shallowReadonly(first)
}
