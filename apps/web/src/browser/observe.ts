import { attempt } from './attempt.ts'

/** Observes elements until stop() is called. */
export interface ElementObserver {
  observe(element: Element): void
  stop(): void
}

/**
 * Calls back with an element's first size and whenever it changes. Without ResizeObserver: when the element is first
 * observed, and when the window is resized.
 */
export function observeSizes(onResize: () => void): ElementObserver {
  const observer = attempt(() => new ResizeObserver(onResize))
  if (observer) return { observe: (element) => observer.observe(element), stop: () => observer.disconnect() }

  window.addEventListener('resize', onResize)
  return { observe: onResize, stop: () => window.removeEventListener('resize', onResize) }
}

/** Calls back when elements enter or leave the viewport; never without IntersectionObserver. */
export function observeVisibility(onChange: IntersectionObserverCallback): ElementObserver {
  const observer = attempt(() => new IntersectionObserver(onChange))
  return { observe: (element) => observer?.observe(element), stop: () => observer?.disconnect() }
}
