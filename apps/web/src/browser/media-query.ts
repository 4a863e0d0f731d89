import { attempt } from './attempt.ts'

/** The MediaQueryList, or undefined if the browser has no media queries for scripts. */
export function mediaQuery(query: string): MediaQueryList | undefined {
  return attempt(() => window.matchMedia(query)) ?? undefined
}
