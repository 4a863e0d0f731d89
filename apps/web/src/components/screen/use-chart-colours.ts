import { onMounted, onScopeDispose, type Ref, shallowReadonly, shallowRef, watch } from 'vue'
import { observeSizes } from '../../browser/observe.ts'
import { useMediaQuery } from '../../composables/use-media-query.ts'

export interface ChartColours {
  ink: string
  soft: string
  paper: string
  accent: string
  tint: string
  /** Of the parts of a doughnut. */
  parts: readonly string[]
  /** Of its text, in CSS pixels. */
  size: number
}

/** Told apart by people with any kind of colour vision (Okabe and Ito, Color Universal Design, 2008). */
const PARTS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#7f7f7f']

/** The tokens of the page and the size of an element's text, which a canvas can't read. Follows colour scheme and size. */
export function useChartColours(element: () => HTMLElement | null): Readonly<Ref<ChartColours>> {
  const colours = shallowRef<ChartColours>({
    ink: '',
    soft: '',
    paper: '',
    accent: '',
    tint: '',
    parts: PARTS,
    size: 16,
  })
  const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map(useMediaQuery)
  const observer = observeSizes(read)

  function read(): void {
    const box = element()
    if (!box) return
    const style = getComputedStyle(box)
    const token = (name: string) => style.getPropertyValue(name).trim()
    colours.value = {
      ink: token('--ink'),
      soft: token('--ink-soft'),
      paper: token('--paper'),
      accent: token('--accent'),
      // A canvas can't mix colours in all browsers.
      tint: `${token('--accent')}55`,
      parts: PARTS,
      size: Number.parseFloat(style.fontSize),
    }
  }

  onMounted(() => {
    const box = element()
    if (box) observer.observe(box)
  })
  onScopeDispose(() => observer.stop())
  watch(schemes, read)
  return shallowReadonly(colours)
}
