import { attempt } from './attempt.ts'

/** Follows elements until stop() is called. */
export interface ElementObserver {
  observe(element: Element): void
  stop(): void
}

/**
 * Calls back when an element's size is first known and whenever it changes. Without ResizeObserver, when it is
 * first observed and when the window's size changes.
 */
export function observeSizes(onResize: () => void): ElementObserver {
  const observer = attempt(() => new ResizeObserver(onResize))
  if (observer) return { observe: (element) => observer.observe(element), stop: () => observer.disconnect() }

  window.addEventListener('resize', onResize)
  return { observe: onResize, stop: () => window.removeEventListener('resize', onResize) }
}

/** Calls back when elements come into view or leave it. Without IntersectionObserver it never does. */
export function observeVisibility(onChange: IntersectionObserverCallback): ElementObserver {
  const observer = attempt(() => new IntersectionObserver(onChange))
  return { observe: (element) => observer?.observe(element), stop: () => observer?.disconnect() }
}
