import { onMounted, onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

/** The bottom edge of each `.row` in the container, in pixels below the container's top. Follows the rows' size. */
export function useRowBottoms(container: () => HTMLElement | null): Readonly<Ref<readonly number[]>> {
  const bottoms = shallowRef<readonly number[]>([])
  const rows = () => [...(container()?.querySelectorAll('.row') ?? [])]
  const observer = observeSizes(() => {
    const top = container()?.getBoundingClientRect().top ?? 0
    bottoms.value = rows().map((row) => row.getBoundingClientRect().bottom - top)
  })

  onMounted(() => {
    for (const row of rows()) observer.observe(row)
  })
  onScopeDispose(() => observer.stop())
  return shallowReadonly(bottoms)
}
