import { onMounted, onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { observeSizes } from '../../browser/observe.ts'
import { useMediaQuery } from '../../composables/use-media-query.ts'

export interface BarStyle {
  foot: string
  /** In CSS pixels. */
  footHeight: number
  tint: string
  leaderTint: string
}

/**
 * The tokens --bar, --bar-foot, --bar-tint and --bar-tint-leader, which a canvas can't read. The element has them as its
 * colours and height (`.probe` in ChoiceChart.vue), so that the browser resolves them. Follows colour scheme and size.
 */
export function useBarStyle(element: () => HTMLElement | null): Readonly<Ref<BarStyle>> {
  const style = shallowRef<BarStyle>({ foot: '', footHeight: 0, tint: '', leaderTint: '' })
  const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)', 'print'].map(useMediaQuery)
  const observer = observeSizes(read)

  function read(): void {
    const probe = element()
    if (!probe) return
    const { color, backgroundColor, borderTopColor } = getComputedStyle(probe)
    style.value = { foot: color, footHeight: probe.offsetHeight, tint: backgroundColor, leaderTint: borderTopColor }
  }

  onMounted(() => {
    const probe = element()
    if (probe) observer.observe(probe)
  })
  onScopeDispose(() => observer.stop())
  watch(schemes, read)
  return shallowReadonly(style)
}
