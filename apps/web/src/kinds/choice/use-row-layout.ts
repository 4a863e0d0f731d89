import { onMounted, onScopeDispose, type Ref, shallowReadonly, shallowRef } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

/** In CSS pixels. Each row's place is inside its border, from the top of the container. */
export interface RowLayout {
  /** Of a row, inside its border. */
  width: number
  /** Of the container. */
  height: number
  rows: readonly { top: number; height: number }[]
}

/** The size of a container and where its `.row`s lie. Follows their sizes; undefined before they are on the page. */
export function useRowLayout(container: () => HTMLElement | null): Readonly<Ref<RowLayout | undefined>> {
  const layout = shallowRef<RowLayout>()
  const rowsOf = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>('.row')]
  const observer = observeSizes(() => {
    const element = container()
    if (!element) return
    const { top, height } = element.getBoundingClientRect()
    const rows = rowsOf(element)
    layout.value = {
      width: rows[0]?.clientWidth ?? 0,
      height,
      rows: rows.map((row) => ({
        top: row.getBoundingClientRect().top - top + row.clientTop,
        height: row.clientHeight,
      })),
    }
  })

  onMounted(() => {
    const element = container()
    if (element) for (const observed of [element, ...rowsOf(element)]) observer.observe(observed)
  })
  onScopeDispose(() => observer.stop())
  return shallowReadonly(layout)
}
