import { onMounted, onScopeDispose, watch } from 'vue'
import { observeSizes } from '../../browser/observe.ts'

interface Sizes {
  /** The least that everybody in the room can read. */
  least: number
  most: number
}

/** What gives way, one after the other, before texts get smaller than that: attributes of the box, for styles. */
const WAYS = ['data-dense', 'data-cut']

/** Where not even texts that are cut off fit. */
const SMALLEST = 1.15
const STEPS = 8

/**
 * Sets `--size` of a box to the largest one with which neither it nor a row of fixed height in it overflows.
 * Without a browser that lays it out nobody knows how many lines a text takes.
 * Where the texts do not fit, the box is `data-dense`: what is around them takes less room. Where that is not enough, it
 * is `data-cut`, too: texts are cut off.
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
    const grow = (from: number, to: number) => {
      if (fits(to)) return
      let [low, high] = [from, to]
      for (let step = 0; step < STEPS; step++) {
        const middle = (low + high) / 2
        if (fits(middle)) low = middle
        else high = middle
      }
      fits(low)
    }
    const { least, most } = sizes()
    for (let taken = 0; taken <= WAYS.length; taken++) {
      for (const [index, name] of WAYS.entries()) element.toggleAttribute(name, index < taken)
      if (fits(least)) return grow(least, most)
    }
    grow(SMALLEST, least)
  }

  onMounted(() => {
    const element = box()
    if (element) observer.observe(element)
  })
  onScopeDispose(() => observer.stop())
  watch([of, sizes], fit, { flush: 'post' })
}
