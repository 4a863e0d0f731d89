import { onMounted, onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

interface Sizes {
  least: number
  most: number
}

const STEPS = 8

/**
 * Sets `--size` of a box to the largest one with which its content does not overflow. Without a browser that lays it out
 * nobody knows how many lines a text takes.
 *
 * @param of what the room depends on, besides the size of the box
 * @returns `isTight`: whether not even the least one fits
 */
export function useFittingSize(box: () => HTMLElement | null, sizes: () => Sizes, of: () => unknown) {
  const isTight = shallowRef(false)
  const observer = observeSizes(fit)

  function fit(): void {
    const element = box()
    if (!element) return
    const fits = (size: number) => {
      element.style.setProperty('--size', size.toFixed(2))
      return element.scrollHeight <= element.clientHeight + 1
    }
    let { least, most } = sizes()
    if (fits(most)) return setTight(false)
    isTight.value = !fits(least)
    for (let step = 0; step < STEPS; step++) {
      const middle = (least + most) / 2
      if (fits(middle)) least = middle
      else most = middle
    }
    fits(least)
  }

  function setTight(value: boolean): void {
    isTight.value = value
  }

  onMounted(() => {
    const element = box()
    if (element) observer.observe(element)
  })
  onScopeDispose(() => observer.stop())
  watch([of, sizes], fit, { flush: 'post' })
  return { isTight: shallowReadonly(isTight) }
}
