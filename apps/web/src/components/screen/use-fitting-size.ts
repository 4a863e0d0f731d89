import { onMounted, onScopeDispose, watch } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

interface Sizes {
  least: number
  most: number
}

const STEPS = 8

/**
 * Sets `--size` of a box to the largest one with which neither it nor a row of fixed height in it overflows.
 * Without a browser that lays it out nobody knows how many lines a text takes.
 * Where not even the least one fits, the box gets the attribute `data-tight`, for styles that cut texts off.
 *
 * @param of what the room depends on, besides the size of the box
 */
export function useFittingSize(box: () => HTMLElement | null, sizes: () => Sizes, of: () => unknown): void {
  const observer = observeSizes(fit)

  function fit(): void {
    const element = box()
    if (!element) return
    const fits = (size: number) => {
      element.style.setProperty('--size', size.toFixed(2))
      return [element, ...element.querySelectorAll('.several .row')].every(
        (box) => box.scrollHeight <= box.clientHeight + 1,
      )
    }
    let { least, most } = sizes()
    element.removeAttribute('data-tight')
    if (fits(most)) return
    if (!fits(least)) element.setAttribute('data-tight', '')
    for (let step = 0; step < STEPS; step++) {
      const middle = (least + most) / 2
      if (fits(middle)) least = middle
      else most = middle
    }
    fits(least)
  }

  onMounted(() => {
    const element = box()
    if (element) observer.observe(element)
  })
  onScopeDispose(() => observer.stop())
  watch([of, sizes], fit, { flush: 'post' })
}
