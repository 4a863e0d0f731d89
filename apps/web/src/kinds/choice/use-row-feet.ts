import { onMounted, onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

/** How far below the container's top each of its `.row`s ends, in pixels, whatever makes them higher or lower. */
export function useRowFeet(container: () => HTMLElement | null): Readonly<Ref<readonly number[]>> {
  const feet = shallowRef<readonly number[]>([])
  const rows = () => [...(container()?.querySelectorAll('.row') ?? [])]
  const observer = observeSizes(() => {
    const top = container()?.getBoundingClientRect().top ?? 0
    feet.value = rows().map((row) => row.getBoundingClientRect().bottom - top)
  })

  onMounted(() => {
    for (const row of rows()) observer.observe(row)
  })
  onScopeDispose(() => observer.stop())
  return shallowReadonly(feet)
}
