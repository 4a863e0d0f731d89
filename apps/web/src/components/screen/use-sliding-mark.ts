import { watch } from 'vue'
import { useMediaQuery } from '../../composables/use-media-query.ts'

const DURATION_MS = 700

/**
 * Has the mark of the leader (`[data-mark]`) slide from row to row: from where it was to where it is now (first, last,
 * invert, play), also over a draw, in which nobody has it. The rows stay where people look for them.
 */
export function useSlidingMark(box: () => HTMLElement | null, leader: () => number | undefined): void {
  const prefersReducedMotion = useMediaQuery('(prefers-reduced-motion: reduce)')
  const markOf = () => box()?.querySelector('[data-mark]') ?? undefined
  let before: DOMRect | undefined

  watch(leader, () => {
    before = markOf()?.getBoundingClientRect() ?? before
  })
  watch(
    leader,
    () => {
      const mark = markOf()
      if (!mark || !before || prefersReducedMotion.value) return
      const now = mark.getBoundingClientRect()
      const from = `translate(${before.x - now.x}px, ${before.y - now.y}px)`
      mark.animate?.([{ transform: from }, { transform: 'none' }], { duration: DURATION_MS, easing: 'ease-in-out' })
    },
    { flush: 'post' },
  )
}
